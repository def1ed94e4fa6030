import { script } from '../script.js';
import { BESIDE } from './beside.js';

/**
 * Writes a value in the place of the lease it was read under, and beside it.
 *
 * KEYS[1] value · KEYS[2] beside it, if any · ARGV[1] the lease as it is kept · ARGV[2] what to keep · ARGV[3] ttl in ms ·
 * ARGV[4] ttl beside in ms, or '' to remove what is there
 * Returns 1 if written; 0 if the lease has ended or anything was written since, of whatever kind. O(1).
 * Atomic, as a write between looking and writing would be replaced by what is older.
 */
export const FILL = script(`
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
${BESIDE}
return 1
`);
