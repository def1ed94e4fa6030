import { script } from '../script.js';

/**
 * Writes a record, its place in the index and its mark, if it is newer than what is there and not deleted since.
 *
 * KEYS[1] hash · KEYS[2] index · KEYS[3] tombstones · KEYS[4] marks, or absent
 * ARGV[1] field · ARGV[2] value · ARGV[3] order · ARGV[4] tie · ARGV[5] device, or '' · ARGV[6] ttl in ms, or '' ·
 * ARGV[7] member to mark and ARGV[8] with which score, both '' without marks · ARGV[9…] members of the tombstones that
 * cover the record beside its field
 * Returns 'written', 'older' or 'deleted'. O(log n + members that cover it).
 * Atomic, as of two records written at once the older would stay, or a deletion in between be undone.
 */
export const MERGE_IF_NEWER = script(`
local field, value, device, ttl = ARGV[1], ARGV[2], ARGV[5], ARGV[6]
local order, tie = tonumber(ARGV[3]), tonumber(ARGV[4])

for _, score in ipairs(redis.call('ZMSCORE', KEYS[3], field, unpack(ARGV, 9))) do
  if score and order <= tonumber(score) then return 'deleted' end
end

local kept = redis.call('HGET', KEYS[1], field)
local stored = redis.call('ZSCORE', KEYS[2], field)
if stored and order < tonumber(stored) then return 'older' end
if stored and order == tonumber(stored) and kept then
  if device == '' then return 'older' end
  local length = struct.unpack('<I2', kept, 9)
  local same = string.sub(kept, 11, 10 + length) == device
  if same and tie < struct.unpack('<d', kept, 11 + length) then return 'older' end
end

local mark = KEYS[4] and tonumber(ARGV[8])
local present = mark and redis.call('ZSCORE', KEYS[4], ARGV[7])
if present then mark = math.max(mark, tonumber(present) + 1) end

local number = redis.call('HINCRBY', KEYS[1], '', 1)
local origin = device == '' and '' or device .. struct.pack('<d', tie)
redis.call('HSET', KEYS[1], field, struct.pack('<dI2', number, #device) .. origin .. value)
redis.call('ZADD', KEYS[2], ARGV[3], field)
if ttl ~= '' then
  redis.call('PEXPIRE', KEYS[1], ttl)
  redis.call('PEXPIRE', KEYS[2], ttl)
end
if mark then redis.call('ZADD', KEYS[4], string.format('%.17g', mark), ARGV[7]) end
return 'written'
`);
