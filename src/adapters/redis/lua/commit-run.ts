import { redisScript } from "../script.ts";

/**
 * One commit, all of it or nothing. Knows nothing of graphs: compares the run's revision (the length of its stream),
 * appends, and keeps the outbox and the indices in step. The stream's ids are `seq-0`, so that the id of an event is its
 * seq everywhere.
 *
 * A client that lost the connection sends its script once more; the token beside the commit's first event tells it that
 * it was the one who won.
 */
export const commitRun = redisScript(`
  local run, events, entries, outbox, active, tenantActive, ended, tenantEnded = unpack(KEYS)
  local deadlines, expiring, idempotency = unpack(KEYS, 9)
  local expected, token, runId, head, createdAt, deadlineAt, isActive, keepMs, holder, count, dueCount = unpack(ARGV, 1, 11)
  local FIRST = 12
  local afterEvents = FIRST + tonumber(count)
  local afterDue = afterEvents + 2 * tonumber(dueCount)
  expected = tonumber(expected)
  local function id(seq) return string.format('%d-0', seq) end

  if redis.call('XLEN', events) ~= expected then
    local first = redis.call('XRANGE', events, id(expected + 1), id(expected + 1))[1]
    if first and first[2][4] == token then return { 'committed' } end
  end
  local taken = idempotency and redis.call('GET', idempotency)
  if taken then return { 'exists', taken } end
  if redis.call('XLEN', events) ~= expected then
    return { 'conflict', redis.call('XRANGE', events, id(expected + 1), '+') }
  end

  redis.call('XADD', events, id(expected + 1), 'e', ARGV[FIRST], 't', token)
  for i = FIRST + 1, afterEvents - 1 do redis.call('XADD', events, id(expected + 1 + i - FIRST), 'e', ARGV[i]) end
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
    redis.call('ZADD', deadlines, deadlineAt, runId)
    if #ARGV >= afterDue then redis.call('ZREM', outbox, unpack(ARGV, afterDue)) end
    for i = afterEvents, afterDue - 1, 2 do
      redis.call('ZADD', outbox, 'NX', ARGV[i], ARGV[i + 1])
      redis.call('SADD', entries, ARGV[i + 1])
    end
    return { 'committed' }
  end

  redis.call('ZREM', active, runId)
  redis.call('ZREM', tenantActive, runId)
  redis.call('ZREM', deadlines, runId)
  redis.call('ZADD', ended, createdAt, runId)
  redis.call('ZADD', tenantEnded, createdAt, runId)
  local had = redis.call('SMEMBERS', entries)
  for i = 1, #had, 1000 do redis.call('ZREM', outbox, unpack(had, i, math.min(i + 999, #had))) end
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
