import { redisScript } from "../script.ts";

/**
 * Adds merits to those that are kept. KEYS: of one expert each. ARGV: half-life and how long to keep, milliseconds; for
 * every key the merit of its new calls as JSON, with `reset` where one of them was ok.
 *
 * Does to two merits what `addOutcome` does to a merit and a call. A clock that was ahead for a moment must not make all
 * that follows look old: nothing was later than the server's clock.
 */
export const addMerits = redisScript(`
  local halfLife, keep = tonumber(ARGV[1]), ARGV[2]
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)

  local function add(old, new)
    local at = math.max(old.at, new.at)
    local ofOld, ofNew = 0.5 ^ ((at - old.at) / halfLife), 0.5 ^ ((at - new.at) / halfLife)
    for _, name in ipairs({ 'calls', 'failures', 'queueMs', 'cost' }) do
      new[name] = ofOld * old[name] + ofNew * new[name]
    end
    for i, count in ipairs(new.latency) do new.latency[i] = ofOld * (old.latency[i] or 0) + ofNew * count end
    if not new.reset then new.failedInRow = new.failedInRow + old.failedInRow end
    if old.lastError and (not new.lastError or new.lastError.at < old.lastError.at) then
      new.lastError = old.lastError
    end
    new.at = at
  end

  for i, key in ipairs(KEYS) do
    local new = cjson.decode(ARGV[i + 2])
    new.at = math.min(new.at, now)
    if new.lastError then new.lastError.at = math.min(new.lastError.at, now) end
    local old = redis.call('GET', key)
    if old then add(cjson.decode(old), new) end
    new.reset = nil
    redis.call('SET', key, cjson.encode(new), 'PX', keep)
  end
`);
