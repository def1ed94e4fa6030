/** Part of a script: ARGV[2] under KEYS[2], if there is one, for ARGV[4] ms, or nothing where that is ''. */
export const BESIDE = `
if KEYS[2] then
  if ARGV[4] == '' then redis.call('DEL', KEYS[2])
  else redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[4]) end
end`;
