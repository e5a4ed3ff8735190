/** Whether a Redis is fit to hold runs and jobs. */
import { setTimeout as sleep } from "node:timers/promises";

/** A connection; `Redis` of ioredis is one. */
export interface AskableRedis {
  info(section: string): Promise<string>;
}

export interface RedisCheck {
  readonly ok: boolean;
  /** What is wrong, and what to do about it. */
  readonly problems: readonly string[];
  /** Memory in use as a share of `maxmemory`; undefined where no limit is set, or Redis doesn't answer. */
  readonly memoryShare?: number;
}

const LEAST_VERSION = [6, 2] as const;
/** A full Redis takes no jobs, and gives none out either: workers need memory to finish them. */
const MOST_MEMORY = 0.8;
const TIMEOUT_MS = 2000;

/** For readiness, and for admission: asks the server once. Never rejects, and answers within about two seconds. */
export async function checkRedis(connection: AskableRedis): Promise<RedisCheck> {
  const fields = await ask(connection).catch((error: unknown) => String(error));
  if (typeof fields === "string")
    return { ok: false, problems: [`Redis does not answer (${fields}). Start it, or check REDIS_URL.`] };

  const problems: string[] = [];
  const version = fields.get("redis_version") ?? "0";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1])) {
    problems.push(`Redis is ${version}; ${LEAST_VERSION.join(".")} or newer is needed.`);
  }
  const policy = fields.get("maxmemory_policy");
  if (policy !== "noeviction") {
    problems.push(`Redis may throw away runs and jobs: set maxmemory-policy from ${policy} to noeviction.`);
  }
  const limit = Number(fields.get("maxmemory") ?? 0);
  if (limit === 0) return { ok: problems.length === 0, problems };

  const memoryShare = Number(fields.get("used_memory") ?? 0) / limit;
  if (memoryShare > MOST_MEMORY) {
    const percent = Math.round(memoryShare * 100);
    problems.push(`Redis uses ${percent} % of its maxmemory: raise it, or keep finished runs for a shorter time.`);
  }
  return { ok: problems.length === 0, problems, memoryShare };
}

async function ask(redis: AskableRedis): Promise<ReadonlyMap<string, string>> {
  const done = new AbortController();
  const timeIsUp = sleep(TIMEOUT_MS, undefined, { signal: done.signal }).then(() => {
    throw new Error(`no answer within ${TIMEOUT_MS / 1000} s`);
  });
  const answers = Promise.all([redis.info("server"), redis.info("memory")]);
  try {
    const texts = await Promise.race([answers, timeIsUp]);
    return new Map(texts.flatMap(fieldsOf));
  } finally {
    done.abort();
    // Whoever lost the race may still reject, and nobody would be there to hear it.
    answers.catch(() => {});
    timeIsUp.catch(() => {});
  }
}

/** Lines of `name:value`. */
function fieldsOf(text: string): (readonly [string, string])[] {
  return text.split("\r\n").flatMap((line) => {
    const colon = line.indexOf(":");
    return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
  });
}
