import { redisScript } from "../redis-script.ts";

/**
 * Adds a field to a hash that then lives for so long at least. KEYS: the hash. ARGV: field, value, how long it is to live
 * at least, and for how long it is given a life where it hasn't that, milliseconds.
 */
export const noteJob = redisScript(`
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
`);
