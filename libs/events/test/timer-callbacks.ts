import { createHook } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** How many timers fire in `ms`, the own one included. Those set before count only when they fire anew. */
export async function timerCallbacks(ms: number): Promise<number> {
  const timers = new Set<number>();
  let fired = 0;
  const hook = createHook({
    init: (id, type) => void (type === 'Timeout' && timers.add(id)),
    before: (id) => void (timers.has(id) && (fired += 1)),
  }).enable();
  await sleep(ms);
  hook.disable();
  return fired;
}
