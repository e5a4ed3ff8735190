/** A sceptic would say: Lua counts otherwise than we do, keys pile up, and work stands still while Redis is away. */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRedisMeritStore } from "../../../src/adapters/redis/merit-store.ts";
import { rejection, until } from "../../contracts/contract.ts";
import { meritStoreContract } from "../../contracts/merit-store.contract.ts";
import { outcomeOf } from "../../contracts/outcomes.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../../fakes/redis-server.ts";

const onError = (): void => {};

await whereRedisIs("redis merit store", () => {
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

  meritStoreContract({
    name: "redis merit store",
    open: async () => {
      const prefix = `{${randomUUID()}}`;
      const openStore = () => openRedisMeritStore({ connection: server.url, prefix });
      let store = openStore();
      return {
        store,
        peer: async () => openStore(),
        reopen: async () => {
          await store.close();
          return (store = openStore());
        },
        close: () => store.close(),
      };
    },
  });

  describe("redis merit store: its keys", () => {
    it("stand under the prefix, and vanish where nothing is added for very long", async () => {
      const prefix = `{${randomUUID()}}`;
      const store = openRedisMeritStore({ connection: redis, prefix, halfLifeMs: 1000 });
      await store.record([outcomeOf({ at: Date.now() })]);
      await store.claimTrial("acme/a", "1", 5000);
      expect((await redis.keys(`*${prefix}*`)).toSorted()).toEqual([
        `${prefix}:merit:acme/a@1`,
        `${prefix}:trial:acme/a@1`,
      ]);
      const left = await redis.pttl(`${prefix}:merit:acme/a@1`);
      expect(left).toBeGreaterThan(700_000);
      expect(left).toBeLessThanOrEqual(720_000);
      expect(await redis.pttl(`${prefix}:trial:acme/a@1`)).toBeLessThanOrEqual(5000);
      await store.close();
    });

    it("many outcomes of many experts are one command", async () => {
      const prefix = `{${randomUUID()}}`;
      const store = openRedisMeritStore({ connection: redis, prefix });
      await store.record([outcomeOf({ at: Date.now() })]);
      const callsOf = async (): Promise<number> => {
        const stats = await redis.info("commandstats");
        return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
      };
      const before = await callsOf();
      await store.record(
        Array.from({ length: 500 }, (_, n) => outcomeOf({ at: Date.now(), expert: `acme/e${n % 50}` })),
      );
      expect((await callsOf()) - before).toBe(1);
      const read = await store.read(Array.from({ length: 50 }, (_, n) => ({ id: `acme/e${n}`, version: "1" })));
      expect(read.size).toBe(50);
      for (const { calls } of read.values()) expect(calls).toBeCloseTo(10, 3);
      await store.close();
    });
  });

  it("calls end soon while Redis is away, and work again when it is back", { timeout: 60_000 }, async () => {
    const away = await startRedisServer({ durable: true });
    const store = openRedisMeritStore({ connection: away.url, onError });
    const at = Date.now() - 1000;
    await store.record([outcomeOf({ at })]);
    await away.kill();
    const calls = [
      store.record([outcomeOf({ at })]),
      store.read([{ id: "acme/a", version: "1" }]),
      store.claimTrial("acme/a", "1", 1),
    ];
    for (const call of calls) expect(await rejection(call)).toBeInstanceOf(Error);
    await away.restart();
    const back = (): Promise<boolean> =>
      store
        .read([])
        .then(
          () => store.claimTrial("acme/a", "1", 60_000),
          () => false,
        )
        .catch(() => false);
    await until(back);
    await store.record([outcomeOf({ at })]);
    expect((await store.read([{ id: "acme/a", version: "1" }])).get("acme/a@1")).toMatchObject({ calls: 2 });
    await store.close();
    await away.stop();
  });
});
