/** Follows any number of Redis streams over one blocking connection. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { closeRedis, connectRedis, type RedisAddress } from "./connection.ts";

export interface StreamEntry {
  readonly id: string;
  /** Name, value, name, value, ... */
  readonly fields: readonly string[];
}

export interface StreamListener {
  /** New entries, in order. Now and then some come twice; none are left out. */
  readonly onEntries: (entries: readonly StreamEntry[]) => void;
  /** The connection was made, or made again. What was added before still comes, unless the stream itself is a new one. */
  readonly onConnect: () => void;
}

export interface StreamFeedOptions {
  readonly address: RedisAddress;
  /** The caller's own connection: it wakes the blocked one when there is one more stream to follow. */
  readonly commands: Redis;
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}

interface Followed {
  lastId: string;
  readonly listeners: Set<StreamListener>;
}

/** A read ends by then at the latest, so that a server that has vanished without a word is noticed. */
const BLOCK_MS = 5000;
const GRACE_MS = 3000;
/** Entries of one stream that are read at once. */
const PAGE = 500;
const PAUSE_AFTER_ERROR_MS = 200;
/** The bell is forgotten by the server if its owner dies. */
const BELL_MS = 3_600_000;

export class StreamFeed {
  readonly #options: StreamFeedOptions;
  readonly #followed = new Map<string, Followed>();
  /** A stream of this feed alone: an entry in it ends a read that doesn't know of the newest wishes yet. */
  readonly #bell: string;
  #rung = 0;
  #reader: Redis | undefined;
  #running = false;
  #closed = false;
  /** A read is going on that knows all streams, and from where on. */
  #complete = false;

  constructor(options: StreamFeedOptions) {
    this.#options = options;
    this.#bell = `${options.prefix}:bell:${randomUUID()}`;
  }

  /**
   * Hands on what is added to the stream behind `after`; where somebody follows it already, the earlier place holds.
   * @returns what ends it
   */
  follow(stream: string, after: string, listener: StreamListener): () => void {
    const followed = this.#followed.get(stream) ?? { lastId: after, listeners: new Set() };
    const isNews = followed.listeners.size === 0 || isBefore(after, followed.lastId);
    if (isNews) followed.lastId = after;
    followed.listeners.add(listener);
    this.#followed.set(stream, followed);
    if (!this.#running) void this.#run();
    else if (isNews && this.#complete) this.#ring();
    return () => {
      followed.listeners.delete(listener);
      if (followed.listeners.size === 0 && this.#followed.get(stream) === followed) this.#followed.delete(stream);
    };
  }

  close(): void {
    this.#closed = true;
    if (this.#reader) closeRedis(this.#reader);
  }

  async #run(): Promise<void> {
    this.#running = true;
    this.#reader ??= this.#connect();
    while (this.#followed.size > 0 && !this.#closed) {
      try {
        await this.#read(this.#reader);
      } catch (error) {
        if (this.#closed) break;
        this.#options.onError(error instanceof Error ? error : new Error(String(error)));
        await sleep(PAUSE_AFTER_ERROR_MS);
      }
    }
    this.#running = false;
  }

  #connect(): Redis {
    const { address, onError } = this.#options;
    const limits = { maxRetriesPerRequest: null, socketTimeout: BLOCK_MS + GRACE_MS };
    const reader = connectRedis(address, limits, onError);
    reader.on("ready", () => {
      for (const { listeners } of this.#followed.values()) for (const each of listeners) each.onConnect();
    });
    return reader;
  }

  async #read(reader: Redis): Promise<void> {
    const followed = [...this.#followed];
    const streams = [this.#bell, ...followed.map(([stream]) => stream)];
    const ids = [`${this.#rung}-0`, ...followed.map(([, { lastId }]) => lastId)];
    this.#complete = true;
    const news = await reader
      .xread("COUNT", PAGE, "BLOCK", BLOCK_MS, "STREAMS", ...streams, ...ids)
      .finally(() => (this.#complete = false));
    for (const [stream, items] of news ?? []) this.#handOn(stream, items);
  }

  #handOn(stream: string, items: readonly (readonly [id: string, fields: readonly string[]])[]): void {
    const followed = this.#followed.get(stream);
    const last = items.at(-1);
    if (!followed || !last) return;
    followed.lastId = last[0];
    const entries = items.map(([id, fields]) => ({ id, fields }));
    for (const listener of followed.listeners) listener.onEntries(entries);
  }

  #ring(): void {
    this.#complete = false;
    this.#rung += 1;
    const { commands } = this.#options;
    const rung = commands.xadd(this.#bell, "MAXLEN", 1, `${this.#rung}-0`, "rung", this.#rung);
    // Where it fails, the read ends by itself before long.
    Promise.all([rung, commands.pexpire(this.#bell, BELL_MS)]).catch(() => {});
  }
}

function isBefore(a: string, b: string): boolean {
  const [aTime = 0, aCount = 0] = a.split("-").map(Number);
  const [bTime = 0, bCount = 0] = b.split("-").map(Number);
  return aTime < bTime || (aTime === bTime && aCount < bCount);
}
