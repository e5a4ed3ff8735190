/** Which commands a Redis has carried out, and how long it took over them. Those inside scripts count as well. */
import type { Redis } from "ioredis";

export interface CommandCount {
  readonly calls: number;
  /** Microseconds of Redis's own time. */
  readonly us: number;
}

export type CommandCounts = ReadonlyMap<string, CommandCount>;

const LINE = /^cmdstat_([^:]+):calls=(\d+),usec=(\d+)/gm;

export async function countCommands(redis: Redis): Promise<CommandCounts> {
  const text = await redis.info("commandstats");
  const found = Array.from(text.matchAll(LINE), ([, name = "", calls, us]) => {
    return [name, { calls: Number(calls), us: Number(us) }] as const;
  });
  return new Map(found);
}

/** What came between, most calls first. */
export function countsBetween(before: CommandCounts, after: CommandCounts): [string, CommandCount][] {
  const grown = Array.from(after, ([name, { calls, us }]): [string, CommandCount] => {
    const earlier = before.get(name) ?? { calls: 0, us: 0 };
    return [name, { calls: calls - earlier.calls, us: us - earlier.us }];
  });
  return grown.filter(([, { calls }]) => calls > 0).toSorted(([, a], [, b]) => b.calls - a.calls);
}
