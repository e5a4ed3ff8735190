import { redisScript } from "../script.ts";

/**
 * What every script starts with. KEYS: the fixed ones of `redis-capacity-keys.ts`, in this order. ARGV[1] is what the
 * names of an expert's own keys start with: which expert a job has, only the script finds out. A cluster allows it, since
 * the prefix keeps all of them in one slot.
 *
 * placed, queued: hashes, job -> expert and job -> its member of the expert's line. since: sorted set of jobs by the time
 * at which they took what they have. lines: set of the experts that have a line. Of an expert: a set of the jobs that
 * have a place, and a sorted set by order, in which the number before the job's id decides between equals.
 */
const preamble = `
  local placed, queued, since, lines, sequence = unpack(KEYS)
  local base = ARGV[1]
  local function places(expert) return base .. 'places:' .. expert end
  local function line(expert) return base .. 'line:' .. expert end
  local WIDTH = 16
  local function jobOf(member) return string.sub(member, WIDTH + 1) end
  local function place(expert, job, now)
    redis.call('SADD', places(expert), job)
    redis.call('HSET', placed, job, expert)
    redis.call('ZADD', since, now, job)
  end
`;

/** ARGV: base, expert, job, limit, order, now. Returns 1 if the job has a place, 0 if it is in the line. */
export const enterExpert = redisScript(`
  ${preamble}
  local expert, job, limit, order, now = unpack(ARGV, 2)
  if redis.call('HEXISTS', placed, job) == 1 then return 1 end
  if redis.call('HEXISTS', queued, job) == 1 then return 0 end
  if redis.call('SCARD', places(expert)) < tonumber(limit) then
    local first = redis.call('ZRANGE', line(expert), 0, 0, 'WITHSCORES')
    if not first[1] or tonumber(order) < tonumber(first[2]) then
      place(expert, job, now)
      return 1
    end
  end
  local member = string.format('%0' .. WIDTH .. 'd', redis.call('INCR', sequence)) .. job
  redis.call('ZADD', line(expert), order, member)
  redis.call('HSET', queued, job, cjson.encode({ expert, member }))
  redis.call('SADD', lines, expert)
  redis.call('ZADD', since, now, job)
  return 0
`);

/** ARGV: base, job. Returns its expert if others wait in the line. Only takes away, so that a full Redis allows it. */
export const leaveExpert = redisScript(`
  ${preamble}
  local job = ARGV[2]
  local expert = redis.call('HGET', placed, job)
  if expert then
    redis.call('HDEL', placed, job)
    redis.call('SREM', places(expert), job)
  else
    local entry = redis.call('HGET', queued, job)
    if not entry then return false end
    local member
    expert, member = unpack(cjson.decode(entry))
    redis.call('HDEL', queued, job)
    redis.call('ZREM', line(expert), member)
  end
  redis.call('ZREM', since, job)
  if redis.call('EXISTS', line(expert)) == 1 then return expert end
  redis.call('SREM', lines, expert)
  return false
`);

/** ARGV: base, expert, limit, now. Returns the jobs that have a place now. */
export const admitToExpert = redisScript(`
  ${preamble}
  local expert, limit, now = unpack(ARGV, 2)
  local admitted = {}
  local free = tonumber(limit) - redis.call('SCARD', places(expert))
  while #admitted < free do
    local first = redis.call('ZPOPMIN', line(expert))
    if not first[1] then break end
    local job = jobOf(first[1])
    redis.call('HDEL', queued, job)
    place(expert, job, now)
    table.insert(admitted, job)
  end
  if redis.call('EXISTS', line(expert)) == 0 then redis.call('SREM', lines, expert) end
  return admitted
`);
