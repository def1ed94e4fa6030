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
local kept = redis.call('MGET', unpack(KEYS))
local found = {}
for i, key in ipairs(KEYS) do
  if kept[i] and string.sub(kept[i], 1, 1) == 'V' then
    found[i] = kept[i]
  else
    local lease = 'L' .. ARGV[2] .. '.' .. i
    found[i] = redis.call('SET', key, lease, 'NX', 'PX', ARGV[1]) and lease
    -- MGET passes over another kind, GET refuses it
    if not found[i] then redis.call('GET', key) end
  end
end
return found
`);
