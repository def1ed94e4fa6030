import { script } from '../script.js';

/**
 * Removes the expected value.
 *
 * KEYS[1] value · ARGV[1] what must be kept
 * Returns 1 if removed, else 0. O(length of the value).
 * Atomic, as a write between comparing and removing would be lost: somebody else's lock would be opened.
 */
export const COMPARE_AND_DELETE = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);
