import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkRedis } from "../../../src/adapters/redis/check.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../../fakes/redis-server.ts";

await whereRedisIs("redis check: a real server", () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedisServer();
    redis = new Redis(server.url);
    redis.on("error", () => {});
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  it("is fit with noeviction and room; not with another policy, when it is nearly full, or away", async () => {
    expect(await checkRedis(redis)).toEqual({ ok: true, problems: [] });

    await redis.config("SET", "maxmemory-policy", "allkeys-lru", "maxmemory", "100mb");
    const evicting = await checkRedis(redis);
    expect(evicting.problems).toEqual([expect.stringMatching(/maxmemory-policy.*allkeys-lru.*noeviction/)]);

    await redis.config("SET", "maxmemory-policy", "noeviction");
    await redis.set("big", "x".repeat(20_000_000));
    const roomy = await checkRedis(redis);
    expect(roomy).toMatchObject({ ok: true, problems: [] });
    expect(roomy.memoryShare).toBeGreaterThan(0.2);
    await redis.config("SET", "maxmemory", "25mb");
    const full = await checkRedis(redis);
    expect(full).toMatchObject({ ok: false, problems: [expect.stringContaining("maxmemory")] });
    expect(full.memoryShare).toBeGreaterThan(0.8);

    await server.kill();
    const away = await checkRedis(redis);
    expect(away).toMatchObject({ ok: false, problems: [expect.stringContaining("does not answer")] });
  });
});

describe("redis check: versions", () => {
  const answering = (version: string) => ({
    info: async (section: string) =>
      section === "server"
        ? `# Server\r\nredis_version:${version}\r\n`
        : "maxmemory:0\r\nmaxmemory_policy:noeviction\r\n",
  });

  it.each([
    ["6.2.0", true],
    ["7.0.15", true],
    ["10.0.0", true],
    ["6.0.16", false],
    ["5.9.9", false],
  ])("%s: %s", async (version, ok) => {
    const check = await checkRedis(answering(version));
    expect(check.ok).toBe(ok);
    expect(check.problems).toHaveLength(ok ? 0 : 1);
  });
});
