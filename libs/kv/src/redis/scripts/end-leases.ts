import { script } from '../script.js';

/**
 * Ends leases that lie where a hash or a sorted set is about to be written.
 *
 * KEYS[…] keys of one tag
 * Returns how many leases there were. O(keys).
 * Atomic, as a value may take the place of a lease in between, and must not be removed.
 */
export const END_LEASES = script(`
local ended = 0
for _, key in ipairs(KEYS) do
  if redis.call('TYPE', key).ok == 'string' and redis.call('GETRANGE', key, 0, 0) == 'L' then
    ended = ended + redis.call('DEL', key)
  end
end
return ended
`);
