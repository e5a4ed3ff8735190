/** Watching a run: what is there is fetched, what comes is handed over by the feed, a gap between the two is fetched too. */
import type { Redis } from "ioredis";
import type { RunEvent } from "../../run/events.ts";
import { decodeHead, type RunStoreKeys } from "./run-store-keys.ts";
import type { StreamEntry, StreamFeed } from "./stream-feed.ts";

/** Events that a watcher fetches at once, and the most that wait for one who is slow. */
const PAGE = 200;
const MOST_WAITING = 1000;

export async function readEvents(redis: Redis, stream: string, after: number, limit?: number): Promise<RunEvent[]> {
  const from = `${after + 1}-0`;
  const entries = await (limit === undefined
    ? redis.xrange(stream, from, "+")
    : redis.xrange(stream, from, "+", "COUNT", limit));
  return entries.map(([, fields]) => decodeEvent(fields));
}

/** Every event once and in order: by its seq, a watcher knows what it has seen and what it missed. Ends on abort. */
export async function* watchRun(
  { redis, keys, feed }: { readonly redis: Redis; readonly keys: RunStoreKeys; readonly feed: StreamFeed },
  runId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, undefined> {
  const stream = keys.events(runId);
  let mailbox: Mailbox | undefined;
  let seen = after;
  let news: News = "look";
  try {
    while (!signal.aborted) {
      let events = news === "look" ? [] : news.filter(({ seq }) => seq > seen);
      let isMore = false;
      if (news === "look" || (events[0] && events[0].seq > seen + 1)) {
        // In this order: where the head says that the run has ended, all of its events are there; and what is committed
        // between the last two steps is in the page, in what the feed hands over, or in both, but never in neither.
        const [head, revision, page] = await Promise.all([
          redis.hget(keys.run(runId), "head"),
          redis.xlen(stream),
          readEvents(redis, stream, seen, PAGE),
        ]);
        if (seen > after && revision < seen) {
          // Redis died and lost its last moments. Which of them came again differently, nobody knows: all is told anew.
          seen = after;
          mailbox?.close();
          mailbox = undefined;
          continue;
        }
        if (page.length === 0 && (head === null || !decodeHead(head).active)) return;
        mailbox ??= openMailbox(feed, stream, revision, signal);
        events = page;
        isMore = page.length === PAGE;
      }
      for (const event of events) {
        yield event;
        if (event.type === "run-finished" || signal.aborted) return;
        seen = event.seq;
      }
      news = isMore || !mailbox ? "look" : await mailbox.next();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    mailbox?.close();
  }
}

/** Events as they came, or the advice to look for oneself. */
type News = readonly RunEvent[] | "look";

interface Mailbox {
  /** Resolves as soon as there is something, or on abort. */
  next(): Promise<News>;
  close(): void;
}

function openMailbox(feed: StreamFeed, stream: string, revision: number, signal: AbortSignal): Mailbox {
  let waiting: News = [];
  let wake: (() => void) | undefined;

  const put = (news: News): void => {
    waiting = news === "look" || waiting === "look" ? "look" : [...waiting, ...news];
    // Who is slow fetches later what he needs then, instead of having it pile up here.
    if (waiting.length > MOST_WAITING) waiting = "look";
    wake?.();
  };
  const look = (): void => put("look");
  const unfollow = feed.follow(stream, `${revision}-0`, {
    onEntries: (entries: readonly StreamEntry[]) => put(entries.map(({ fields }) => decodeEvent(fields))),
    onConnect: look,
  });
  signal.addEventListener("abort", look);

  return {
    async next() {
      if (waiting.length === 0 && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
      const news = waiting;
      waiting = [];
      return news;
    },
    close() {
      unfollow();
      signal.removeEventListener("abort", look);
    },
  };
}

/** The first field is the event. Given back unexamined: which versions are understood is the reader's question. */
export function decodeEvent(fields: readonly string[]): RunEvent {
  return JSON.parse(fields[1] ?? "null");
}
