/** Lua scripts: called by their hash, and sent in full to a server that doesn't know them (any more). */
import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

export interface RedisScript {
  readonly lua: string;
  /** SHA-1, hexadecimal: the server's name for it. */
  readonly sha: string;
}

export function redisScript(lua: string): RedisScript {
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}

export async function runScript(
  redis: Redis,
  { lua, sha }: RedisScript,
  keys: readonly string[],
  values: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...values);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
    return redis.eval(lua, keys.length, ...keys, ...values);
  }
}
