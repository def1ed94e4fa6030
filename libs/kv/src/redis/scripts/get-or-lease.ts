import { script } from '../script.js';

/**
 * Values, and a lease on each key that has none and is not leased yet. A lease lies under the key itself, so that any
 * write ends it.
 *
 * KEYS[…] values of one tag, or of any on a single server · ARGV[1] length of a lease in ms · ARGV[2] a text that no
 * other call uses: the token of the nth key is it, a dot and n
 * Returns for each key 'V' and the value, 'L' and the new token, or nil. O(keys).
 * Atomic per key, as two who miss at once would both get a lease.
 */
export const GET_OR_LEASE = script(`
local found = {}
for i, key in ipairs(KEYS) do
  local kept = redis.call('GET', key)
  found[i] = kept and string.sub(kept, 1, 1) == 'V' and kept
end
for i, key in ipairs(KEYS) do
  if not found[i] then
    local lease = 'L' .. ARGV[2] .. '.' .. i
    if redis.call('SET', key, lease, 'NX', 'PX', ARGV[1]) then found[i] = lease end
  end
end
return found
`);
