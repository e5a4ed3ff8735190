/** A sceptic would say: what Redis acknowledged dies with it, a commit whose answer is lost is a conflict, and two win. */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRedisRunStore } from "../../../src/adapters/redis/run-store.ts";
import type { RunStore } from "../../../src/ports/run-store.ts";
import { pause, until } from "../../contracts/contract.ts";
import { addition, creation, ending, entryOf } from "../../contracts/events.ts";
import { startChild } from "../../fakes/child.ts";
import { startCuttingProxy } from "../../fakes/cutting-proxy.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../../fakes/redis-server.ts";

const never = new AbortController().signal;
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function collect(store: RunStore, runId: string, after: number, into: number[] = []): Promise<number[]> {
  for await (const { seq } of store.watch(runId, after, never)) into.push(seq);
  return into;
}

await whereRedisIs("redis run store: faults", () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await startRedisServer({ durable: true })));
  afterAll(() => server.stop());
  const openStore = (prefix: string): RunStore =>
    openRedisRunStore({ connection: server.url, prefix, onError: () => {} });

  describe("redis run store: a server that is killed with SIGKILL", () => {
    it("has every acknowledged commit whole, once, with its outbox, and no commit is lost on the way", async () => {
      const store = openStore(`{${randomUUID()}}`);
      const runs = ["a", "b", "c", "d"];
      const acknowledged = new Map(runs.map((run) => [run, [] as string[]]));
      const over = new AbortController();

      async function write(run: string): Promise<void> {
        await store.commit(creation(run));
        for (let revision = 1; !over.signal.aborted;) {
          const count = (revision % 5) + 1;
          const commit = addition(run, revision, { outbox: [entryOf(run, `n${revision}`)] }, count);
          // Nobody else writes to this run: anything but this means that its own commit was taken for another's.
          expect(await store.commit(commit)).toEqual({ outcome: "committed" });
          acknowledged.get(run)?.push(`n${revision}`);
          revision += count;
        }
      }
      const writing = Promise.all(runs.map(write));
      for (let round = 0; round < 4; round++) {
        const acks = (): number => Math.min(...Array.from(acknowledged.values(), ({ length }) => length));
        await until(() => acks() > round * 20);
        await pause(20 * round);
        await server.kill();
        await server.restart();
      }
      over.abort();
      await writing;
      for (const run of runs) {
        const seqs = (await store.read(run)).map(({ seq }) => seq);
        const commits: string[] = [];
        let revision = 1;
        for (; revision < seqs.length; revision += (revision % 5) + 1) commits.push(`n${revision}`);
        expect(revision).toBe(seqs.length);
        expect(seqs).toEqual(range(1, seqs.length));
        expect(acknowledged.get(run)).toEqual(commits);
        const outbox = (await store.outbox(Number.MAX_SAFE_INTEGER, -1)).filter(({ runId }) => runId === run);
        expect(outbox.map(({ nodeId }) => nodeId).toSorted()).toEqual(commits.toSorted());
      }
      await store.close();
    });

    it("keeps its watchers, and those that came while it was away: every event once", async () => {
      const prefix = `{${randomUUID()}}`;
      const [writer, reader] = [openStore(prefix), openStore(prefix)];
      await writer.commit(creation("r"));
      const seen: number[] = [];
      const before = collect(reader, "r", 0, seen);
      await until(() => seen.length === 1);
      await server.kill();
      const during = collect(reader, "r", 0);
      const committed = writer.commit(addition("r", 1));
      await pause(1500);
      await server.restart();
      await committed;
      await until(() => seen.length === 2);
      for (let revision = 2; revision < 20; revision++) await writer.commit(addition("r", revision));
      await writer.commit(ending("r", 20));
      expect(await before).toEqual(range(1, 21));
      expect(await during).toEqual(range(1, 21));
      await Promise.all([writer.close(), reader.close()]);
    });
  });

  describe("redis run store: lost connections", () => {
    it("a commit whose answer is lost is made once, and told as made; a rival still loses", async () => {
      const prefix = `{${randomUUID()}}`;
      const proxy = await startCuttingProxy(server.port);
      const connection = `redis://127.0.0.1:${proxy.port}`;
      const store = openRedisRunStore({ connection, prefix, onError: () => {} });
      const other = openStore(prefix);
      const idempotency = { key: "k", fingerprint: "f" };
      // The server knows the script, so that the answer that is lost is the commit's.
      await other.commit(creation("other"));
      const commits = [
        creation("r", { idempotency, outbox: [entryOf("r", "a")] }),
        addition("r", 1, {}, 3),
        ending("r", 4),
      ];
      for (const commit of commits) {
        proxy.loseNextAnswer();
        expect(await store.commit(commit)).toEqual({ outcome: "committed" });
        expect((await other.commit({ ...commit, idempotency: undefined } as never)).outcome).toBe("conflict");
      }
      expect((await other.read("r")).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      await Promise.all([store.close(), other.close()]);
      proxy.close();
    });

    it("a watcher is told anew if Redis has lost what was seen, and still ends with the run", async () => {
      const prefix = `{${randomUUID()}}`;
      const store = openStore(prefix);
      const redis = new Redis(server.url);
      await store.commit(creation("r"));
      await store.commit(addition("r", 1, {}, 4));
      const seen: number[][] = [[], []];
      const watching = seen.map((into) => collect(store, "r", 0, into));
      await until(() => seen.every(({ length }) => length === 5));
      await redis.del(`${prefix}:events:r`);
      await store.commit(creation("r"));
      await redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await store.commit(addition("r", 1));
      await until(() => seen.every((seqs) => seqs.at(-1) === 2));
      await store.commit(ending("r", 2));
      await Promise.all(watching);
      for (const seqs of seen) expect(seqs).toEqual([1, 2, 3, 4, 5, 1, 2, 3]);
      redis.disconnect();
      await store.close();
    });

    it("a server that has forgotten the script is sent it again", async () => {
      const store = openStore(`{${randomUUID()}}`);
      const redis = new Redis(server.url);
      await store.commit(creation("r"));
      await redis.script("FLUSH");
      expect(await store.commit(addition("r", 1))).toEqual({ outcome: "committed" });
      redis.disconnect();
      await store.close();
    });

    it("a store that is closed while Redis is away closes, and says that it is closed", async () => {
      const away = await startRedisServer();
      const store = openRedisRunStore({ connection: away.url, onError: () => {} });
      await store.commit(creation("r"));
      const watching = collect(store, "r", 0);
      await away.stop();
      await store.close();
      await watching;
      for (const late of [store.commit(creation("s")), store.read("r"), store.heads({}), store.outbox(0, 1)]) {
        await expect(late).rejects.toMatchObject({ code: "shutting-down" });
      }
    });
  });

  it("of 20 clients in 4 processes that all want the next revision, one gets each", { timeout: 60_000 }, async () => {
    const prefix = `{${randomUUID()}}`;
    const store = openStore(prefix);
    await store.commit(creation("r"));
    const wins = new Map<number, string[]>();
    const racers = Array.from({ length: 4 }, () => startChild("race-until-killed.ts", server.url, prefix, "5"));
    const reading = racers.map(async ({ lines }) => {
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        const [seq = "", text = ""] = line.value.split(" ");
        wins.set(Number(seq), [...(wins.get(Number(seq)) ?? []), text]);
      }
    });
    await until(async () => {
      await pause(50);
      return (await store.read("r", 400)).length > 0;
    });
    for (const racer of racers) racer.process.kill("SIGKILL");
    await Promise.all(reading);
    const events = (await store.read("r", 1)).map(({ seq, data }) => [seq, "text" in data ? [data.text] : []] as const);
    expect(events.map(([seq]) => seq)).toEqual(range(2, events.length + 1));
    // The last wins of those who were killed may not have been told; none may be told that isn't there.
    expect(events.length - wins.size).toBeLessThanOrEqual(20);
    expect([...wins].toSorted(([a], [b]) => a - b)).toEqual(events.filter(([seq]) => wins.has(seq)));
    expect(new Set([...wins.values()].map(([text]) => text?.split("-")[0])).size).toBeGreaterThan(1);
    await store.close();
  });
});
