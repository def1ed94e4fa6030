import { script } from '../script.js';

/**
 * Removes whatever is under the keys, leases too, which do not count.
 *
 * KEYS[…] keys of one tag, or of any on a single server
 * Returns how many held a value, a hash or a sorted set. O(keys); what was large is freed in the background.
 * Atomic, as what is counted must be what is removed.
 */
export const DELETE_KEYS = script(`
local count = 0
for _, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' then
    if kind ~= 'string' or redis.call('GETRANGE', key, 0, 0) ~= 'L' then count = count + 1 end
    redis.call('UNLINK', key)
  end
end
return count
`);
