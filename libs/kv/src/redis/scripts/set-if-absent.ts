import { script } from '../script.js';

/**
 * Writes a value where there is none; a lease counts as none and is voided.
 *
 * KEYS[1] value · ARGV[1] what to keep · ARGV[2] ttl in ms, or ''
 * Returns what was kept already, else nil. O(1).
 * Atomic, as two writers would both find nothing; `SET NX GET` would take a lease for a value.
 */
export const SET_IF_ABSENT = script(`
local kept = redis.call('GET', KEYS[1])
if kept and string.sub(kept, 1, 1) == 'V' then return kept end
if ARGV[2] == '' then redis.call('SET', KEYS[1], ARGV[1])
else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return false
`);
