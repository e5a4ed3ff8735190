/** The Redis that everything is measured with: a throw-away one, as durable as its documentation advises. */
import { startRedisServer, type RedisServer } from "../fakes/redis-server.ts";

export function startBenchRedis(): Promise<RedisServer> {
  return startRedisServer({ settings: ["--appendonly", "yes", "--appendfsync", "everysec"] });
}
