import { script } from '../script.js';

/**
 * Writes over the expected value.
 *
 * KEYS[1] value · ARGV[1] what must be kept · ARGV[2] what to keep · ARGV[3] ttl in ms, or ''
 * Returns 1 if written, else 0. O(length of the value).
 * Atomic, as a write between comparing and writing would be lost.
 */
export const COMPARE_AND_SET = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
`);
