import { script } from '../script.js';

/**
 * Removes fields, and the hash with its last one.
 *
 * KEYS[1] hash · ARGV[…] fields
 * Returns how many there were. O(fields given).
 * Atomic, as a field set between the last removal and that of the hash would be lost.
 */
export const DELETE_FIELDS = script(`
local count = 0
for _, field in ipairs(ARGV) do count = count + redis.call('HDEL', KEYS[1], field) end
if redis.call('HLEN', KEYS[1]) == 1 then redis.call('DEL', KEYS[1]) end
return count
`);
