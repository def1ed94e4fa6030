import { script } from '../script.js';
import { BESIDE } from './beside.js';

/**
 * Writes over the expected value, and beside it.
 *
 * KEYS[1] value · KEYS[2] beside it, if any · ARGV[1] what must be kept · ARGV[2] what to keep · ARGV[3] ttl in ms, or '' ·
 * ARGV[4] ttl beside in ms, or '' to remove what is there
 * Returns 1 if written, else 0. O(length of the value).
 * Atomic, as a write between comparing and writing would be lost.
 */
export const COMPARE_AND_SET = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
${BESIDE}
return 1
`);
