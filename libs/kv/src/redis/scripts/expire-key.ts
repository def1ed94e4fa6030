import { script } from '../script.js';

/**
 * Sets the life of whatever is under a key, but of a lease.
 *
 * KEYS[1] key of any kind · ARGV[1] ttl in ms
 * Returns 1 if there was anything, else 0. O(1).
 * Atomic, as a lease may take the place of a value in between, and must not be prolonged.
 */
export const EXPIRE_KEY = script(`
if redis.call('TYPE', KEYS[1]).ok == 'string' and redis.call('GETRANGE', KEYS[1], 0, 0) == 'L' then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
`);
