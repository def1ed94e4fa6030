import { createHook } from 'node:async_hooks';
import { writeFileSync } from 'node:fs';

/**
 * Loaded before an app (`node --import`): counts the callbacks of timers, whoever set them. On SIGUSR2 the count so far
 * goes to /tmp/timers.
 */
const timers = new Set();
let ran = 0;
createHook({
  init: (id, type) => void (type === 'Timeout' && timers.add(id)),
  before: (id) => void (timers.has(id) && (ran += 1)),
  destroy: (id) => void timers.delete(id),
}).enable();
process.on('SIGUSR2', () => writeFileSync('/tmp/timers', String(ran)));
