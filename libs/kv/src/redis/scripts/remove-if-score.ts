import { script } from '../script.js';

/**
 * Removes each member whose score is still the one given.
 *
 * KEYS[1] sorted set · ARGV[…] score, member, score, member …
 * Returns how many were removed. O(k log n) of k members given.
 * Atomic, as a score changed between looking and removing is the mark of a later write.
 */
export const REMOVE_IF_SCORE = script(`
local count = 0
redis.call('ZCARD', KEYS[1])
for i = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i + 1])
  if score and tonumber(score) == tonumber(ARGV[i]) then
    count = count + redis.call('ZREM', KEYS[1], ARGV[i + 1])
  end
end
return count
`);
