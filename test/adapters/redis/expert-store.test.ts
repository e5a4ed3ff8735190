/** A sceptic would say: what is put while a process is cut off is never seen, and a put that is sent twice counts twice. */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRedisExpertStore } from "../../../src/adapters/redis/expert-store.ts";
import { openRedisRunStore } from "../../../src/adapters/redis/run-store.ts";
import { StreamFeed } from "../../../src/adapters/redis/stream-feed.ts";
import type { ExpertStore } from "../../../src/ports/expert-store.ts";
import { until } from "../../contracts/contract.ts";
import { creation } from "../../contracts/events.ts";
import { createReader, keyOf, recordOf } from "../../contracts/expert-records.ts";
import { expertStoreContract } from "../../contracts/expert-store.contract.ts";
import { startCuttingProxy } from "../../fakes/cutting-proxy.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../../fakes/redis-server.ts";

const onError = (): void => {};

await whereRedisIs("redis expert store", () => {
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

  expertStoreContract({
    name: "redis expert store",
    open: async () => {
      const prefix = `{${randomUUID()}}`;
      const openStore = () => openRedisExpertStore({ connection: server.url, prefix });
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

  const names = (store: ExpertStore): Promise<string[]> => store.changes(0, 99).then((records) => records.map(keyOf));

  describe("redis expert store: its keys", () => {
    it("stand under the prefix, and forgetting leaves but the last revision and the last news", async () => {
      const prefix = `{${randomUUID()}}`;
      const store = openRedisExpertStore({ connection: redis, prefix });
      for (let n = 0; n < 20; n++) await store.put(recordOf(`e${n}`, { state: "removed", changedAt: 1 }));
      await store.forget(2);
      expect((await redis.keys(`*${prefix}*`)).toSorted()).toEqual([
        `${prefix}:experts:news`,
        `${prefix}:experts:state`,
      ]);
      expect(await redis.xlen(`${prefix}:experts:news`)).toBe(1);
      await store.close();
    });

    it("are given back by a Redis that is full", async () => {
      const full = await startRedisServer({ settings: ["--maxmemory-policy", "noeviction"] });
      const store = openRedisExpertStore({ connection: full.url, onError });
      await store.put(recordOf("a", { state: "removed", changedAt: 1 }));
      await store.put(recordOf("b"));
      const admin = new Redis(full.url);
      // Scripts that the server doesn't know it could not take in now.
      await store.forget(0);
      await store.changes(0, 1);
      await admin.config("SET", "maxmemory", "1");
      await expect(store.put(recordOf("c"))).rejects.toThrow("OOM");
      await store.forget(2);
      expect(await names(store)).toEqual(["acme/b 1"]);
      admin.disconnect();
      await store.close();
      await full.stop();
    });
  });

  describe("redis expert store: watching", () => {
    it("takes no connection of its own where a feed is shared, and closes none that is", async () => {
      const prefix = `{${randomUUID()}}`;
      const connections = async (): Promise<number> =>
        String(await redis.client("LIST"))
          .trim()
          .split("\n").length;
      const feed = new StreamFeed({ address: server.url, commands: redis, prefix, onError });
      const options = { connection: server.url, prefix, feed };
      const [store, second, runs] = [
        openRedisExpertStore(options),
        openRedisExpertStore(options),
        openRedisRunStore(options),
      ];
      await Promise.all([store.put(recordOf("a")), second.changes(0, 1), runs.commit(creation("r"))]);
      const before = await connections();
      const readers = [createReader(store, 9), createReader(second, 9)];
      store.watch(() => void readers[0]?.look());
      second.watch(() => void readers[1]?.look());
      const events = runs.watch("r", 0, new AbortController().signal)[Symbol.asyncIterator]();
      expect((await events.next()).value?.seq).toBe(1);
      const waiting = events.next();
      await until(() => readers.every((reader) => reader.known.size === 1));
      expect((await connections()) - before).toBe(1);
      await runs.close();
      expect((await waiting).done).toBe(true);
      await second.close();
      await store.put(recordOf("b"));
      await until(() => readers[0]?.known.size === 2);
      await store.close();
      feed.close();
    });

    it("goes on after a restart of Redis, and tells of what was put meanwhile", { timeout: 60_000 }, async () => {
      const mortal = await startRedisServer({ durable: true });
      const [watcher, other] = [1, 2].map(() => openRedisExpertStore({ connection: mortal.url, onError })) as [
        ExpertStore,
        ExpertStore,
      ];
      const reader = createReader(watcher, 2);
      let calls = 0;
      watcher.watch(() => {
        calls += 1;
        reader.look().catch(onError);
      });
      await other.put(recordOf("a"));
      await until(() => reader.known.size === 1);
      for (const id of ["b", "c"]) {
        const callsBefore = calls;
        await mortal.kill();
        const putting = other.put(recordOf(id));
        await mortal.restart();
        const written = await putting;
        await until(() => reader.lastRevision() === written?.revision && calls > callsBefore);
      }
      expect([...reader.known.keys()]).toEqual(["acme/a 1", "acme/b 1", "acme/c 1"]);
      await Promise.all([watcher.close(), other.close()]);
      await mortal.stop();
    });

    it("calls again after a reconnection, also where nothing was put", { timeout: 60_000 }, async () => {
      const mortal = await startRedisServer();
      const store = openRedisExpertStore({ connection: mortal.url, onError });
      let calls = 0;
      store.watch(() => void (calls += 1));
      await until(() => calls > 0);
      const before = calls;
      await mortal.kill();
      await mortal.restart();
      await until(() => calls > before);
      expect(await store.changes(0, 9)).toEqual([]);
      await store.close();
      await mortal.stop();
    });
  });

  describe("redis expert store: trouble", () => {
    it("who knows what Redis has lost misses nothing new", { timeout: 60_000 }, async () => {
      const forgetful = await startRedisServer();
      const store = openRedisExpertStore({ connection: forgetful.url, onError });
      for (const id of ["a", "b", "c"]) await store.put(recordOf(id));
      const reader = createReader(store, 9);
      await reader.look();
      await forgetful.kill();
      await forgetful.restart();
      const known = reader.lastRevision();
      const first = await store.put(recordOf("d"), 0);
      expect(first?.revision).toBeGreaterThan(known);
      await reader.look();
      expect([...reader.known.keys()]).toEqual(["acme/a 1", "acme/b 1", "acme/c 1", "acme/d 1"]);
      await store.close();
      await forgetful.stop();
    });

    it("a put whose answer is lost is sent again, counts once, and succeeds", async () => {
      const prefix = `{${randomUUID()}}`;
      const proxy = await startCuttingProxy(server.port);
      const store = openRedisExpertStore({ connection: `redis://127.0.0.1:${proxy.port}`, prefix, onError });
      const first = await store.put(recordOf("a"), 0);
      proxy.loseNextAnswer();
      const second = await store.put(recordOf("a", { state: "checking" }), first?.revision);
      expect(await store.changes(0, 9)).toEqual([second]);
      expect(await redis.hget(`${prefix}:experts:state`, "revision")).toBe(String(second?.revision));
      // The same record again is another put.
      const third = await store.put(recordOf("a", { state: "checking" }));
      expect(third?.revision).toBeGreaterThan(second?.revision ?? Infinity);
      await store.close();
      proxy.close();
    });
  });
});
