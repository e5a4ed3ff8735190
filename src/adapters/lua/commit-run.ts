import { redisScript } from "../redis-script.ts";

/**
 * One commit, all of it or nothing. Knows nothing of graphs: compares the run's revision (the length of its stream),
 * appends, and keeps the outbox and the indices in step. The stream's ids are `seq-0`, so that the id of an event is its
 * seq everywhere.
 *
 * A client that lost the connection sends its script once more; the token beside the commit's first event tells it that
 * it was the one who won.
 */
export const commitRun = redisScript(`
  local run, events, entries, outbox, active, tenantActive, ended, tenantEnded, expiring, idempotency = unpack(KEYS)
  local expected, token, runId, head, createdAt, isActive, keepMs, holder = unpack(ARGV, 1, 8)
  local eventCount = tonumber(ARGV[9])
  expected = tonumber(expected)
  local function id(seq) return string.format('%d-0', seq) end

  if redis.call('XLEN', events) ~= expected then
    local first = redis.call('XRANGE', events, id(expected + 1), id(expected + 1))[1]
    if first and first[2][4] == token then return { 'committed' } end
  end
  local taken = idempotency and redis.call('GET', idempotency)
  if taken then return { 'exists', taken } end
  if redis.call('XLEN', events) ~= expected then return { 'conflict' } end

  redis.call('XADD', events, id(expected + 1), 'e', ARGV[10], 't', token)
  for i = 2, eventCount do redis.call('XADD', events, id(expected + i), 'e', ARGV[9 + i]) end
  redis.call('HSET', run, 'head', head)
  if idempotency then
    redis.call('SET', idempotency, holder)
    redis.call('HSET', run, 'idempotency', idempotency)
  end

  if isActive == '1' then
    if expected == 0 then
      redis.call('ZADD', active, createdAt, runId)
      redis.call('ZADD', tenantActive, createdAt, runId)
    end
    for i = 10 + eventCount, #ARGV, 2 do
      redis.call('ZADD', outbox, 'NX', ARGV[i], ARGV[i + 1])
      redis.call('SADD', entries, ARGV[i + 1])
    end
    return { 'committed' }
  end

  redis.call('ZREM', active, runId)
  redis.call('ZREM', tenantActive, runId)
  redis.call('ZADD', ended, createdAt, runId)
  redis.call('ZADD', tenantEnded, createdAt, runId)
  for _, entry in ipairs(redis.call('SMEMBERS', entries)) do redis.call('ZREM', outbox, entry) end
  redis.call('DEL', entries)
  if keepMs ~= '' then
    redis.call('PEXPIRE', run, keepMs)
    redis.call('PEXPIRE', events, keepMs)
    local key = redis.call('HGET', run, 'idempotency')
    if key then redis.call('PEXPIRE', key, keepMs) end
    -- Keys expire by themselves, members of an index do not: every end of a run takes out some that are due.
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    redis.call('ZADD', expiring, string.format('%.0f', now + keepMs), runId .. ' ' .. tenantEnded)
    for _, due in ipairs(redis.call('ZRANGEBYSCORE', expiring, '-inf', string.format('%.0f', now), 'LIMIT', 0, 20)) do
      local gone, index = string.match(due, '^(%S+) (.*)$')
      redis.call('ZREM', ended, gone)
      redis.call('ZREM', index, gone)
      redis.call('ZREM', expiring, due)
    end
  end
  return { 'committed' }
`);
