import { redisScript } from "../script.ts";

/*
 * KEYS of all three: records, a hash of key -> JSON; revisions, a sorted set of keys by revision; removed, one of the keys
 * of removed records by the time of that; state, a hash with the last revision; news, a stream that holds the last put.
 */
const preamble = `local records, revisions, removed, state, news = unpack(KEYS)`;

/**
 * ARGV: key, value, expected revision or '', time of removal or ''. Returns the revision, or nothing where it has another
 * than was expected.
 *
 * A client that lost the connection sends its script once more: that the value, which no other put has, is there already
 * tells that it went well. A Redis that died may have lost its last moments: so that no revision is given twice, which
 * would be hidden from those who know the first, a new one is no less than the milliseconds of the server's clock.
 */
export const putExpert = redisScript(`
  ${preamble}
  local key, value, expected, removedAt = unpack(ARGV)
  local found = redis.call('ZSCORE', revisions, key)
  if found and redis.call('HGET', records, key) == value then return found end
  if expected ~= '' and tonumber(found or 0) ~= tonumber(expected) then return false end

  local time = redis.call('TIME')
  local last = tonumber(redis.call('HGET', state, 'revision') or 0)
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local revision = string.format('%.0f', math.max(last + 1, now))
  redis.call('HSET', state, 'revision', revision)
  redis.call('HSET', records, key, value)
  redis.call('ZADD', revisions, revision, key)
  if removedAt == '' then redis.call('ZREM', removed, key) else redis.call('ZADD', removed, removedAt, key) end
  redis.call('XADD', news, 'MAXLEN', 1, '*', 'revision', revision)
  return revision
`);

/** ARGV: after, limit. Returns revision, value, revision, value, ... */
export const expertChanges = redisScript(`
  ${preamble}
  local after, limit = unpack(ARGV)
  if tonumber(after) > tonumber(redis.call('HGET', state, 'revision') or 0) then after = '0' end
  local keys = redis.call('ZRANGEBYSCORE', revisions, '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', 0, limit)
  local found = {}
  for i = 1, #keys, 2 do
    table.insert(found, keys[i + 1])
    table.insert(found, redis.call('HGET', records, keys[i]))
  end
  return found
`);

/** ARGV: removed before, limit. Returns how many are gone. Only takes away, so that a full Redis allows it. */
export const forgetExperts = redisScript(`
  ${preamble}
  local keys = redis.call('ZRANGEBYSCORE', removed, '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
  for _, key in ipairs(keys) do
    redis.call('HDEL', records, key)
    redis.call('ZREM', revisions, key)
    redis.call('ZREM', removed, key)
  end
  return #keys
`);
