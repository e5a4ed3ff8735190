/** Can the cache fill Redis, or hold up the work while Redis is away? */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRedisResultCache } from "../../../src/adapters/redis/result-cache.ts";
import { rejection } from "../../contracts/contract.ts";
import { keyOf, outputsOf, resultCacheContract } from "../../contracts/result-cache.contract.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../../fakes/redis-server.ts";

const HOUR = 3_600_000;

await whereRedisIs("redis result cache", () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedisServer();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  resultCacheContract({
    name: "redis result cache",
    open: async () => {
      const prefix = `{${randomUUID()}}`;
      const openCache = (keepMs: number) => openRedisResultCache({ connection: server.url, prefix, keepMs });
      const cache = openCache(HOUR);
      return { cache, peer: async (keepMs = HOUR) => openCache(keepMs), close: () => cache.close() };
    },
  });

  describe("redis result cache: its room", () => {
    it("every key expires by itself, and stands under the prefix", async () => {
      const prefix = `{${randomUUID()}}`;
      const cache = openRedisResultCache({ connection: redis, prefix, keepMs: HOUR });
      await cache.put(keyOf(1), outputsOf("x"));
      expect(await redis.keys(`${prefix}*`)).toEqual([`${prefix}:result:${keyOf(1)}`]);
      const left = await redis.pttl(`${prefix}:result:${keyOf(1)}`);
      expect(left).toBeGreaterThan(HOUR / 2);
      expect(left).toBeLessThanOrEqual(HOUR);
      await cache.close();
    });

    it("a result over 64 KB is not kept", async () => {
      const cache = openRedisResultCache({ connection: redis, prefix: `{${randomUUID()}}`, keepMs: HOUR });
      await cache.put(keyOf(1), outputsOf("é".repeat(40_000)));
      expect(await cache.get(keyOf(1))).toBeUndefined();
      await cache.put(keyOf(2), outputsOf("é".repeat(30_000)));
      expect(await cache.get(keyOf(2))).toEqual(outputsOf("é".repeat(30_000)));
      await cache.close();
    });

    it("nothing is added to a Redis that is half full, and what is there is still given", async () => {
      const small = await startRedisServer({ settings: ["--maxmemory", "64mb"] });
      const filler = new Redis(small.url);
      const openCache = () => openRedisResultCache({ connection: small.url, keepMs: HOUR });
      const before = openCache();
      await before.put(keyOf(1), outputsOf("x"));
      for (let n = 0; n < 35; n++) await filler.set(`filler ${n}`, "x".repeat(2 ** 20));
      const cache = openCache();
      await cache.put(keyOf(2), outputsOf("y"));
      expect(await cache.get(keyOf(2))).toBeUndefined();
      expect(await cache.get(keyOf(1))).toEqual(outputsOf("x"));
      filler.disconnect();
      await Promise.all([before.close(), cache.close()]);
      await small.stop();
    });
  });

  describe("redis result cache: trouble", () => {
    it("a result that is none is taken for nothing", async () => {
      const prefix = `{${randomUUID()}}`;
      const cache = openRedisResultCache({ connection: redis, prefix, keepMs: HOUR });
      await redis.set(`${prefix}:result:${keyOf(1)}`, '{"text":7}');
      expect(await cache.get(keyOf(1))).toBeUndefined();
      await cache.close();
    });

    it("calls end, and tell, while Redis is away or silent; and work again when it is back", async () => {
      const away = await startRedisServer();
      const told: Error[] = [];
      const cache = openRedisResultCache({ connection: away.url, keepMs: HOUR, onError: (error) => told.push(error) });
      await cache.put(keyOf(1), outputsOf("x"));
      const control = new Redis(away.url);
      await control.call("CLIENT", "PAUSE", "4000", "ALL");
      expect(await rejection(cache.get(keyOf(1)))).toMatchObject({ code: "timeout" });
      control.disconnect();
      await away.kill();
      expect(await rejection(cache.get(keyOf(1)))).toBeInstanceOf(Error);
      await rejection(cache.put(keyOf(1), outputsOf("x")));
      expect(told.length).toBeGreaterThan(0);
      await away.restart();
      const back = async (): Promise<boolean> =>
        cache.get(keyOf(1)).then(
          () => true,
          () => false,
        );
      while (!(await back()));
      await cache.put(keyOf(2), outputsOf("y"));
      expect(await cache.get(keyOf(2))).toEqual(outputsOf("y"));
      await cache.close();
      await away.stop();
    });
  });
});
