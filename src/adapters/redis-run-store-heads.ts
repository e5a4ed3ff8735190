/** Lists of runs, newest first. */
import type { Redis } from "ioredis";
import type { HeadFilter, RunHead } from "../ports/run-store.ts";
import { decodeHead, type RunStoreKeys } from "./redis-run-store-keys.ts";

/** Heads that are fetched at once. */
const PAGE = 500;

export async function listHeads(
  redis: Redis,
  keys: RunStoreKeys,
  { tenant, active, createdBefore, limit = 100 }: HeadFilter,
): Promise<RunHead[]> {
  const states = active === undefined ? [true, false] : [active];
  const from = createdBefore === undefined ? "+inf" : `(${createdBefore}`;
  const lists = await Promise.all(states.map((state) => list(redis, keys, keys.index(state, tenant), from, limit)));
  // A run that ended between the looks at the two lists is in both, or its head is ahead of the list it was found in.
  const heads = new Map(lists.flat().map((head) => [head.runId, head]));
  return [...heads.values()]
    .filter((head) => active === undefined || head.active === active)
    .toSorted(newestFirst)
    .slice(0, limit);
}

/** The index is read at one moment, as far as it is needed; only what has expired since makes it go on. */
async function list(redis: Redis, keys: RunStoreKeys, index: string, from: string, limit: number): Promise<RunHead[]> {
  const heads: RunHead[] = [];
  for (let offset = 0; heads.length < limit;) {
    const runIds = await redis.zrevrangebyscore(index, from, "-inf", "LIMIT", offset, limit - heads.length);
    if (runIds.length === 0) break;
    offset += runIds.length;
    for (let start = 0; start < runIds.length; start += PAGE) {
      const page = runIds.slice(start, start + PAGE);
      const found = await Promise.all(page.map((runId) => redis.hget(keys.run(runId), "head")));
      heads.push(...found.flatMap((json) => (json === null ? [] : [decodeHead(json)])));
    }
  }
  return heads;
}

function newestFirst(a: RunHead, b: RunHead): number {
  return b.createdAt - a.createdAt || (a.runId < b.runId ? 1 : -1);
}
