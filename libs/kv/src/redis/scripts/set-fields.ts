import { script } from '../script.js';

/**
 * Sets fields, and drops those set longest ago beyond a maximum. Each field is kept with a number that grows with
 * every write; the last one given lies in the field ''.
 *
 * KEYS[1] hash · ARGV[1] ttl in ms, or '' · ARGV[2] most fields, or '' · ARGV[3…] field, value, field, value …, no
 * more of them than the maximum and no field twice
 * Returns nothing. O(fields given); O(n log n) of all fields when some must be dropped.
 * Atomic, as writers side by side would give one number twice and drop too many.
 */
export const SET_FIELDS = script(`
local key, ttl, max = KEYS[1], ARGV[1], tonumber(ARGV[2])
local count = (#ARGV - 2) / 2
if count == 0 then redis.call('HLEN', key) return false end

local last = redis.call('HINCRBY', key, '', count)
local writes, names = {}, {}
for i = 1, count do
  local field = ARGV[1 + 2 * i]
  names[field] = true
  writes[2 * i - 1] = field
  writes[2 * i] = struct.pack('<dI2', last - count + i, 0) .. ARGV[2 + 2 * i]
end
redis.call('HSET', key, unpack(writes))
if ttl ~= '' then redis.call('PEXPIRE', key, ttl) end

local excess = max and redis.call('HLEN', key) - 1 - max or 0
if excess <= 0 then return false end
local all, others = redis.call('HGETALL', key), {}
for i = 1, #all, 2 do
  if all[i] ~= '' and not names[all[i]] then
    others[#others + 1] = { field = all[i], number = struct.unpack('<d', all[i + 1]) }
  end
end
table.sort(others, function(a, b) return a.number < b.number end)
for i = 1, excess do redis.call('HDEL', key, others[i].field) end
return false
`);
