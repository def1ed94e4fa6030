import { script } from '../script.js';

/**
 * A range that goes on behind a (score, member), which need not be there any more. Members of that score are searched
 * by halves. Text is compared byte by byte, as Lua would compare it by the server's locale.
 *
 * KEYS[1] sorted set · ARGV[1] min · ARGV[2] max · ARGV[3] limit · ARGV[4] 'ascending' or 'descending' · ARGV[5] score
 * and ARGV[6] member to go on behind
 * Returns member, score, member, score …, always ascending. O(log² n + limit).
 * Atomic, as ranks move with every write.
 */
export const RANGE_AFTER = script(`
local key, min, max, limit = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local score, member = ARGV[5], ARGV[6]

local function before(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local at = redis.call('ZCOUNT', key, '-inf', '(' .. score)
local behind = redis.call('ZCOUNT', key, '-inf', score)
local high = behind
while at < high do
  local middle = math.floor((at + high) / 2)
  if before(redis.call('ZRANGE', key, middle, middle)[1], member) then at = middle + 1 else high = middle end
end

local from = redis.call('ZCOUNT', key, '-inf', '(' .. min)
local to = redis.call('ZCOUNT', key, '-inf', max)
if ARGV[4] == 'ascending' then
  if at < behind and redis.call('ZRANGE', key, at, at)[1] == member then at = at + 1 end
  from = math.max(from, at)
  to = math.min(to, from + limit)
else
  to = math.min(to, at)
  from = math.max(from, to - limit)
end
if from >= to then return {} end
return redis.call('ZRANGE', key, from, to - 1, 'WITHSCORES')
`);
