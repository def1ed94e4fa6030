import { script } from '../script.js';

/**
 * Takes units from an exact sliding window by the server's clock. The key holds when each unit was taken, as doubles in
 * ascending order, and lives until the last has left the window. A clock that was set back locks nobody out: nothing
 * was taken later than now.
 *
 * KEYS[1] value · ARGV[1] limit · ARGV[2] window in ms · ARGV[3] cost, 0 to look only
 * Returns 0 when allowed, else in how many ms it will be. O(log n) to decide, O(n) to write, of n ≤ limit units.
 * Atomic, as all who ask at once would find room. NOT idempotent.
 */
export const TAKE_QUOTA = script(`
local limit, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local kept = redis.call('GET', KEYS[1])
if not kept or string.sub(kept, 1, 1) ~= 'V' then kept = 'V' end
local count = math.floor((#kept - 1) / 8)
local function taken(i) return (struct.unpack('<d', kept, 8 * i - 6)) end
local function firstAfter(moment)
  local low, high = 1, count + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if taken(middle) > moment then high = middle else low = middle + 1 end
  end
  return low
end

local first, future = firstAfter(now - window), firstAfter(now)
local excess = count - first + 1 + math.max(cost, 1) - limit
local wait = 0
if excess > 0 then
  cost = 0
  wait = math.max(1, math.ceil(math.min(taken(first + excess - 1), now) + window - now))
end

local added = count - future + 1 + cost
if added > 0 then
  local counting = string.sub(kept, 8 * first - 6, 8 * future - 7)
  kept = 'V' .. counting .. string.rep(struct.pack('<d', now), added)
  redis.call('SET', KEYS[1], kept, 'PXAT', now + window)
end
return wait
`);
