import { type Time } from '../src/contract/suite.js';
import { type Kv } from '../src/kv.js';

/** The contract's time on a server, whose clock is waited for. Ticks are wide enough for a busy machine. */
export const realTime = (kv: Kv): Time => ({
  lifeMs: 600,
  windowMs: 1000,
  tickMs: 200,
  now: () => Date.now(),
  // A little more, as the server began to count a little later than we did.
  advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms === 0 ? 0 : ms + 5)),
  setBack: async (ms, key) => {
    const taken = Buffer.from((await kv.get(key)) ?? []);
    for (let at = 0; at < taken.length; at += 8) taken.writeDoubleLE(taken.readDoubleLE(at) + ms, at);
    await kv.set(key, taken, { ttlMs: 60_000 });
  },
});
