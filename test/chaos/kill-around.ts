/** Kills by a seeded schedule: what comes when is the same for the same seed, what it hits is not. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../bench/graphs.ts";
import type { Cluster, Kind } from "./cluster.ts";

export interface KillOptions {
  /** On average, milliseconds. */
  readonly everyMs: number;
  readonly random: Random;
  /** What is killed next; where none of the kind is at work, the next one is. */
  readonly kinds: Iterable<Kind>;
}

export type Kills = Record<Kind, number>;

/** What is killed comes again after so long, milliseconds. */
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
/** Of the kills. While it is away, everybody waits for it. */
const SHARE_OF_REDIS = 0.1;

/** Goes on until there are no more kinds, or the signal aborts. @param kills counted as they happen */
export async function killAround(
  cluster: Cluster,
  { everyMs, random, kinds }: KillOptions,
  kills: Kills,
  signal: AbortSignal,
): Promise<void> {
  for (const kind of kinds) {
    await sleep(everyMs * (0.5 + random()), undefined, { signal }).catch(() => {});
    const choice = random();
    const pauseMs = SHORTEST_PAUSE_MS + random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS);
    if (signal.aborted) return;
    if (await cluster.kill(kind, choice, pauseMs)) kills[kind] += 1;
  }
}

/** Without an end. */
export function* randomKinds(random: Random, redisToo: boolean): Generator<Kind> {
  for (;;) {
    if (redisToo && random() < SHARE_OF_REDIS) yield "redis";
    else yield random() < 0.5 ? "api" : "worker";
  }
}
