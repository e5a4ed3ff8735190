/** The registered experts of several machines: Redis. A put is one script; who watches follows a stream of one entry. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { TuttiError } from "../../errors.ts";
import type { ExpertRecord, ExpertStore } from "../../ports/expert-store.ts";
import { closeRedis, connectRedis, DEFAULT_PREFIX, warnOfRedis, type RedisAddress } from "./connection.ts";
import { expertChanges, forgetExperts, putExpert } from "./lua/expert-store.ts";
import { runScript, type RedisScript } from "./script.ts";
import { StreamFeed } from "./stream-feed.ts";

export interface RedisExpertStoreOptions {
  /** A URL, or a connection whose settings are taken over. */
  readonly connection: RedisAddress;
  /** Starts every key. @default "{tutti}" */
  readonly prefix?: string;
  /** Shared with others, and closed by whoever made it. @default one of its own, closed with the store */
  readonly feed?: StreamFeed;
  /** Told of lost connections; they are made again by themselves. @default a process warning */
  readonly onError?: (error: Error) => void;
}

/** While Redis is away, a call waits for some ten seconds before it rejects; whether it had an effect is unknown then. */
const TRIES_PER_CALL = 20;
/** Records that are forgotten at once: other calls wait meanwhile. */
const FORGOTTEN_AT_ONCE = 500;

const revisionSchema = z.coerce.number().nullable();
const changesSchema = z.array(z.string());
const countSchema = z.number();

/**
 * Revisions are about the server's clock in milliseconds: they grow, and grow on where Redis lost its last moments. How
 * durable a put is, Redis decides (see `openRedisRunStore`).
 */
export function openRedisExpertStore({
  connection,
  prefix = DEFAULT_PREFIX,
  feed: shared,
  onError = warnOfRedis,
}: RedisExpertStoreOptions): ExpertStore {
  const names = ["records", "revisions", "removed", "state", "news"].map((name) => `${prefix}:experts:${name}`);
  const news = `${prefix}:experts:news`;
  const redis = connectRedis(connection, { maxRetriesPerRequest: TRIES_PER_CALL }, onError);
  const feed = shared ?? new StreamFeed({ address: connection, commands: redis, prefix, onError });
  const watching = new Set<() => void>();
  let isClosed = false;

  async function run(script: RedisScript, ...values: readonly (string | number)[]): Promise<unknown> {
    if (isClosed) throw new TuttiError("shutting-down", "The store of experts is closed.");
    return runScript(redis, script, names, values);
  }

  return {
    async put(record, expected) {
      const { id, version } = record.registration;
      // With the token no two values are the same, also where two records are.
      const value = JSON.stringify([randomUUID(), record]);
      const removedAt = record.state === "removed" ? record.changedAt : "";
      const reply = await run(putExpert, JSON.stringify([id, version]), value, expected ?? "", removedAt);
      const revision = revisionSchema.parse(reply);
      return revision === null ? undefined : { ...record, revision };
    },
    async changes(after, limit) {
      const flat = changesSchema.parse(await run(expertChanges, after, limit));
      return Array.from({ length: flat.length / 2 }, (_, i) =>
        decodeRecord(flat[2 * i + 1] ?? "", Number(flat[2 * i])),
      );
    },
    async forget(removedBefore) {
      let gone = FORGOTTEN_AT_ONCE;
      while (gone === FORGOTTEN_AT_ONCE) {
        gone = countSchema.parse(await run(forgetExperts, removedBefore, FORGOTTEN_AT_ONCE));
      }
    },
    watch(onChange) {
      if (isClosed) return () => {};
      // From the beginning, which is one entry at most: nothing falls between the caller's first look and this.
      const end = feed.follow(news, "0-0", { onEntries: () => onChange(), onConnect: () => onChange() });
      const leave = (): void => {
        watching.delete(leave);
        end();
      };
      watching.add(leave);
      return leave;
    },
    async close() {
      isClosed = true;
      for (const leave of watching) leave();
      if (!shared) feed.close();
      closeRedis(redis);
    },
  };
}

// The store gives back what it was given, unexamined: what an older Tutti wrote is the reader's question.
function decodeRecord(value: string, revision: number): ExpertRecord {
  const [, record]: [token: string, record: ExpertRecord] = JSON.parse(value);
  return { ...record, revision };
}
