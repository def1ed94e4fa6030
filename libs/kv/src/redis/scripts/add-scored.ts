import { script } from '../script.js';

/**
 * Adds members to a sorted set and drops the lowest beyond a maximum.
 *
 * KEYS[1] sorted set · ARGV[1] ttl in ms, or '' · ARGV[2] most members, or '' · ARGV[3] '1' to add only to a set that
 * exists · ARGV[4…] score, member, score, member …
 * Returns 1 if the set existed, else 0. O(k log n) of k members given, and as many dropped.
 * Atomic, as a reader must not see more than the maximum, and a set must not be made of a part of it.
 */
export const ADD_SCORED = script(`
local key, ttl, max = KEYS[1], ARGV[1], tonumber(ARGV[2])
local size = redis.call('ZCARD', key)
local existed = size > 0 and 1 or 0
if #ARGV == 3 or (ARGV[3] == '1' and existed == 0) then return existed end
redis.call('ZADD', key, unpack(ARGV, 4))
if ttl ~= '' then redis.call('PEXPIRE', key, ttl) end
local excess = max and redis.call('ZCARD', key) - max or 0
if excess > 0 then redis.call('ZREMRANGEBYRANK', key, 0, excess - 1) end
return existed
`);
