import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRedisRunStore, type RedisRunStoreOptions } from "../../../src/adapters/redis/run-store.ts";
import type { RunStore } from "../../../src/ports/run-store.ts";
import { until } from "../../contracts/contract.ts";
import { addition, creation, ending, entryOf, headOf } from "../../contracts/events.ts";
import { runStoreContract } from "../../contracts/run-store.contract.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../../fakes/redis-server.ts";

await whereRedisIs("redis run store", () => {
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

  runStoreContract({
    name: "redis run store",
    open: async (keepFinishedMs) => {
      const prefix = `{${randomUUID()}}`;
      const expiry = keepFinishedMs === undefined ? {} : { keepFinishedMs };
      const openStore = () => openRedisRunStore({ connection: server.url, prefix, ...expiry });
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

  interface Opened {
    readonly store: RunStore;
    readonly prefix: string;
  }

  async function withStore(use: (opened: Opened) => Promise<void>, options: Partial<RedisRunStoreOptions> = {}) {
    const prefix = `{${randomUUID()}}`;
    const store = openRedisRunStore({ connection: redis, prefix, ...options });
    try {
      await use({ store, prefix });
    } finally {
      await store.close();
    }
  }

  const gone = (store: RunStore, runId: string): Promise<void> =>
    until(async () => (await store.head(runId)) === undefined);

  describe("redis run store: finished runs", () => {
    it("expire with all that is theirs, and nothing of another run or tenant does", () =>
      withStore(
        async ({ store, prefix }) => {
          const idempotency = { key: "k", fingerprint: "f" };
          const theirs = { tenant: "theirs" };
          for (const run of ["old", "last"]) await store.commit(creation(run, { outbox: [entryOf(run, "a")] }));
          await store.commit(creation("keyed", { idempotency, head: headOf("keyed", theirs) }));
          await store.commit(creation("active", { outbox: [entryOf("active", "a")] }));
          await store.commit(ending("keyed", 1, { head: headOf("keyed", { ...theirs, active: false }) }));
          await store.commit(ending("old", 1));
          await Promise.all([gone(store, "old"), gone(store, "keyed")]);

          expect(await store.read("old")).toEqual([]);
          expect(await store.heads({ active: false })).toEqual([]);
          expect((await store.heads({})).map(({ runId }) => runId)).toEqual(["last", "active"]);
          const again = creation("again", { idempotency, head: headOf("again", theirs) });
          expect(await store.commit(again)).toEqual({ outcome: "committed" });
          // The end of one run takes what has expired out of the indices, so that they don't grow for ever.
          await store.commit(ending("last", 1));
          expect(await redis.zrange(`${prefix}:ended`, "0", "-1")).toEqual(["last"]);
          expect(await redis.exists(`${prefix}:ended:theirs`)).toBe(0);
          await store.commit(ending("again", 1, { head: headOf("again", { ...theirs, active: false }) }));
          await store.commit(ending("active", 1));
          await Promise.all([gone(store, "last"), gone(store, "again"), gone(store, "active")]);
          const left = await redis.keys(`${prefix}:*`);
          expect(left.every((key) => /:(ended(:.*)?|expiring)$/.test(key))).toBe(true);
        },
        { keepFinishedMs: 150 },
      ));

    it("make room for others in a list", () =>
      withStore(
        async ({ store }) => {
          for (let i = 0; i < 60; i++) {
            const createdAt = 1000 + i;
            await store.commit(creation(`r${i}`, { head: headOf(`r${i}`, { createdAt }) }));
            if (i > 20) await store.commit(ending(`r${i}`, 1, { head: headOf(`r${i}`, { createdAt, active: false }) }));
          }
          await gone(store, "r59");
          expect((await store.heads({ limit: 10 })).map(({ runId }) => runId)).toEqual(
            Array.from({ length: 10 }, (_, index) => `r${20 - index}`),
          );
        },
        { keepFinishedMs: 50 },
      ));

    it("are kept where nobody says for how long", () =>
      withStore(async ({ store, prefix }) => {
        await store.commit(creation("r", { idempotency: { key: "k", fingerprint: "f" } }));
        await store.commit(ending("r", 1));
        const keys = await redis.keys(`${prefix}:*`);
        expect(await Promise.all(keys.map((key) => redis.pttl(key)))).toEqual(keys.map(() => -1));
      }));
  });

  it("an id that looks like part of a key is an unknown run", () =>
    withStore(async ({ store }) => {
      await store.commit(creation("r", { outbox: [entryOf("r", "a")] }));
      for (const id of ["events:r", "r:events", "entries:r", "", "*", "../r", "run:r"]) {
        expect(await store.head(id)).toBeUndefined();
        expect(await store.read(id)).toEqual([]);
      }
    }));

  describe("redis run store: watching many", () => {
    it("takes one connection for 200 runs with three watchers each, and gives each its events", () =>
      withStore(async ({ store }) => {
        const connections = async (): Promise<number> =>
          String(await redis.client("LIST"))
            .trim()
            .split("\n").length;
        const before = await connections();
        const runs = Array.from({ length: 200 }, (_, index) => `r${index}`);
        await Promise.all(runs.map((run) => store.commit(creation(run))));
        const seen = new Map<string, number[][]>();
        const watchers = runs.flatMap((run) =>
          [0, 1, 2].map(async () => {
            const seqs: number[] = [];
            seen.set(run, [...(seen.get(run) ?? []), seqs]);
            for await (const { seq, runId } of store.watch(run, 0, new AbortController().signal)) {
              expect(runId).toBe(run);
              seqs.push(seq);
            }
          }),
        );
        await until(() => [...seen.values()].flat().every(({ length }) => length === 1));
        expect((await connections()) - before).toBe(1);
        await Promise.all(
          runs.map(async (run) => {
            for (let revision = 1; revision < 5; revision++) await store.commit(addition(run, revision));
            await store.commit(ending(run, 5));
          }),
        );
        await Promise.all(watchers);
        for (const seqs of [...seen.values()].flat()) expect(seqs).toEqual([1, 2, 3, 4, 5, 6]);
      }));

    it("takes up a run while it waits for others, without waiting for them", { timeout: 20_000 }, () =>
      withStore(async ({ store }) => {
        const leave = new AbortController();
        const idle: number[] = [];
        await store.commit(creation("idle"));
        const waiting = (async () => {
          for await (const { seq } of store.watch("idle", 0, leave.signal)) idle.push(seq);
        })();
        // Were a new run only taken up when the wait for the others ends by itself, this would take minutes.
        for (let i = 0; i < 50; i++) {
          const seen: number[] = [];
          await store.commit(creation(`r${i}`));
          const watching = (async () => {
            for await (const { seq } of store.watch(`r${i}`, 0, leave.signal)) seen.push(seq);
          })();
          await until(() => seen.length === 1);
          await store.commit(ending(`r${i}`, 1));
          await watching;
          expect(seen).toEqual([1, 2]);
        }
        leave.abort();
        await waiting;
        expect(idle).toEqual([1]);
      }),
    );

    it("one who is slow misses nothing, however much comes meanwhile", () =>
      withStore(async ({ store }) => {
        await store.commit(creation("r"));
        const slow = store.watch("r", 0, new AbortController().signal)[Symbol.asyncIterator]();
        const seqs = [(await slow.next()).value?.seq];
        const second = slow.next();
        for (let revision = 1; revision < 3001; revision += 100) await store.commit(addition("r", revision, {}, 100));
        await store.commit(ending("r", 3001));
        seqs.push((await second).value?.seq);
        for (let next = await slow.next(); !next.done; next = await slow.next()) seqs.push(next.value.seq);
        expect(seqs).toEqual(Array.from({ length: 3002 }, (_, index) => index + 1));
      }));
  });
});
