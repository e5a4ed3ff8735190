/** Lists of runs, newest first or earliest deadline first. */
import type { Redis } from "ioredis";
import type { HeadFilter, RunHead } from "../../ports/run-store.ts";
import { decodeHead, type RunStoreKeys } from "./run-store-keys.ts";

/** Heads that are fetched at once. */
const PAGE = 500;

export async function listHeads(redis: Redis, keys: RunStoreKeys, filter: HeadFilter): Promise<RunHead[]> {
  return filter.deadlineBefore === undefined
    ? listNewest(redis, keys, filter)
    : listDue(redis, keys, filter, `(${filter.deadlineBefore}`);
}

async function listNewest(
  redis: Redis,
  keys: RunStoreKeys,
  { tenant, active, createdBefore, limit = 100 }: HeadFilter,
): Promise<RunHead[]> {
  const states = active === undefined ? [true, false] : [active];
  const from = createdBefore === undefined ? "+inf" : `(${createdBefore}`;
  const lists = await Promise.all(
    states.map((state) => {
      const index = keys.index(state, tenant);
      const next = (offset: number, count: number): Promise<string[]> =>
        redis.zrevrangebyscore(index, from, "-inf", "LIMIT", offset, count);
      return collect(redis, keys, limit, next, () => true);
    }),
  );
  // A run that ended between the looks at the two lists is in both, or its head is ahead of the list it was found in.
  const heads = new Map(lists.flat().map((head) => [head.runId, head]));
  return [...heads.values()]
    .filter((head) => active === undefined || head.active === active)
    .toSorted(newestFirst)
    .slice(0, limit);
}

/** Nearly always nobody is, and that takes one look. */
async function listDue(
  redis: Redis,
  keys: RunStoreKeys,
  { tenant, createdBefore = Infinity, limit = 100 }: HeadFilter,
  to: string,
): Promise<RunHead[]> {
  const next = (offset: number, count: number): Promise<string[]> =>
    redis.zrangebyscore(keys.deadlines, "-inf", to, "LIMIT", offset, count);
  return collect(redis, keys, limit, next, (head) => {
    return head.active && head.createdAt < createdBefore && (tenant === undefined || head.tenant === tenant);
  });
}

/** The index is read at one moment, as far as it is needed; only what is not wanted, or has expired, makes it go on. */
async function collect(
  redis: Redis,
  keys: RunStoreKeys,
  limit: number,
  next: (offset: number, count: number) => Promise<string[]>,
  isWanted: (head: RunHead) => boolean,
): Promise<RunHead[]> {
  const heads: RunHead[] = [];
  for (let offset = 0; heads.length < limit;) {
    const runIds = await next(offset, limit - heads.length);
    if (runIds.length === 0) break;
    offset += runIds.length;
    for (let start = 0; start < runIds.length; start += PAGE) {
      const page = runIds.slice(start, start + PAGE);
      const found = await Promise.all(page.map((runId) => redis.hget(keys.run(runId), "head")));
      heads.push(...found.flatMap((json) => (json === null ? [] : [decodeHead(json)])).filter(isWanted));
    }
  }
  return heads;
}

function newestFirst(a: RunHead, b: RunHead): number {
  return b.createdAt - a.createdAt || (a.runId < b.runId ? 1 : -1);
}
