import { redisScript } from "../script.ts";

/** The server's clock is everybody's: workers on machines whose clocks differ count the same. */
const now = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local function text(number) return string.format('%.0f', number) end
`;

/** Says that a worker lives. KEYS: the lane's workers. ARGV: the worker, for how many milliseconds it counts. */
export const announceWorker = redisScript(`
  ${now}
  local worker, lifeMs = ARGV[1], tonumber(ARGV[2])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now))
  redis.call('ZADD', KEYS[1], text(now + lifeMs), worker)
  redis.call('PEXPIRE', KEYS[1], text(lifeMs))
`);

/** KEYS: the lane's workers. Returns how many live. */
export const countWorkers = redisScript(`
  ${now}
  return redis.call('ZCOUNT', KEYS[1], '(' .. text(now), '+inf')
`);
