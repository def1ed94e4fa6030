import { createHook } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Counts the timers that fire, of those set after its creation. */
export class TimerCount implements Disposable {
  readonly #timers = new Set<number>();
  #fired = 0;
  readonly #hook = createHook({
    init: (id, type) => void (type === 'Timeout' && this.#timers.add(id)),
    before: (id) => void (this.#timers.has(id) && (this.#fired += 1)),
  }).enable();

  /** @returns how many fired in `ms` from now, the own one included */
  async during(ms: number): Promise<number> {
    const before = this.#fired;
    await sleep(ms);
    return this.#fired - before;
  }

  [Symbol.dispose](): void {
    this.#hook.disable();
  }
}
