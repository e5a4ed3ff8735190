/** The proof: sends runs to a cluster that is being killed all the time, and compares what came of them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { openRedisRunStore } from "../../src/adapters/redis/run-store.ts";
import type { RunStore } from "../../src/ports/run-store.ts";
import type { PlanNode } from "../../src/run/plan-node.ts";
import { seededRandom } from "../bench/graphs.ts";
import { countExecutions, type ExecutionCount } from "./check-executions.ts";
import { checkRun, type Violations } from "./check-run.ts";
import { submit } from "./client.ts";
import { startCluster, type Cluster, type ClusterOptions, type Kind } from "./cluster.ts";
import { readExecutions } from "./executions.ts";
import { randomPlan } from "./graphs.ts";
import { killAround, type Kills } from "./kill-around.ts";

export interface ChaosOptions extends Omit<ClusterOptions, "folder"> {
  readonly seed: number;
  readonly runs: number;
  /** Of the runs, accepted by a process that dies as soon as they are recorded. */
  readonly abandoned: number;
  /** Nodes of each. */
  readonly nodes: number;
  /** Of a node, milliseconds. */
  readonly longestMs: number;
  readonly killEveryMs: number;
  /** At most; it ends when all runs have. */
  readonly secondsOfKilling: number;
  /** What is killed, one after the other; the runs have to have ended after that. */
  readonly kinds: Iterable<Kind>;
  /** Seconds in which no run ends, after which those that have not are taken for lost. */
  readonly patience: number;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly seconds: number;
  readonly accepted: number;
  readonly ended: number;
  readonly kills: Kills;
}

export interface Report extends Violations {
  readonly kills: Kills;
  readonly accepted: number;
  /** Runs in the store that no client knows of: a key that did not keep two from being made. */
  readonly doubled: readonly string[];
  /** Processes that ended by themselves. */
  readonly deaths: readonly string[];
  readonly executions: ExecutionCount;
  /** Processes of experts. */
  readonly hosts: readonly number[];
  readonly secondsInAll: number;
  /** From the last kill to the end of the last run; 0 where that came before. */
  readonly secondsOfRecovery: number;
  /** Logs, data, and all events; the caller removes it. */
  readonly folder: string;
}

type Plan = readonly PlanNode[];

/** How many clients there are at once. */
const CLIENTS = 8;
const LOOK_EVERY_MS = 250;
const PROGRESS_EVERY_MS = 2000;

export async function runChaos(options: ChaosOptions): Promise<Report> {
  const { seed, runs, nodes, longestMs } = options;
  const folder = await mkdtemp(join(tmpdir(), "tutti-chaos-"));
  const cluster = await startCluster({ ...options, folder });
  const store = openRedisRunStore({
    connection: cluster.redisUrl,
    prefix: cluster.redisPrefix,
    onError: () => {},
  });
  try {
    await cluster.ready();
    const random = seededRandom(seed);
    const plans = Array.from({ length: runs }, (_, index) =>
      randomPlan(`s${seed}.r${index}`, nodes, random, longestMs),
    );
    return { ...(await new Chaos(options, cluster, store).run(plans, folder)), folder };
  } finally {
    await store.close();
    await cluster.stop();
  }
}

/** To be called with the report's folder when nobody wants to look into it any more. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

class Chaos {
  readonly #options: ChaosOptions;
  readonly #cluster: Cluster;
  readonly #store: RunStore;
  readonly #accepted = new Map<string, Plan>();
  readonly #kills: Kills = { api: 0, worker: 0, redis: 0 };
  readonly #started = performance.now();
  #ended = 0;

  constructor(options: ChaosOptions, cluster: Cluster, store: RunStore) {
    this.#options = options;
    this.#cluster = cluster;
    this.#store = store;
  }

  async run(plans: readonly Plan[], folder: string): Promise<Omit<Report, "folder">> {
    const { seed, killEveryMs: everyMs, secondsOfKilling, kinds } = this.#options;
    const random = seededRandom(seed + 1);
    const told = setInterval(() => this.#tell(), PROGRESS_EVERY_MS);
    const over = new AbortController();
    const until = AbortSignal.any([over.signal, AbortSignal.timeout(secondsOfKilling * 1000)]);
    let lastKill: number | undefined;
    const kill = async (): Promise<void> => {
      await killAround(this.#cluster, { everyMs, random, kinds }, this.#kills, until);
      lastKill = performance.now();
    };
    const killing = kill();
    try {
      await this.#submitAll(plans, over.signal);
      const lastEnd = await this.#untilEnded(() => lastKill !== undefined);
      over.abort();
      await killing;
      await this.#cluster.ready();
      this.#tell();
      return { ...(await this.#check(folder)), ...this.#times(lastKill ?? lastEnd, lastEnd) };
    } finally {
      over.abort();
      clearInterval(told);
    }
  }

  #times(lastKill: number, lastEnd: number) {
    return {
      secondsInAll: (performance.now() - this.#started) / 1000,
      secondsOfRecovery: Math.max(0, (lastEnd - lastKill) / 1000),
    };
  }

  async #submitAll(plans: readonly Plan[], signal: AbortSignal): Promise<void> {
    const { seed, abandoned, secondsOfKilling, patience } = this.#options;
    const limit = AbortSignal.any([signal, AbortSignal.timeout((secondsOfKilling + patience) * 1000)]);
    const dropped = plans.slice(0, abandoned);
    const rest = plans.entries().drop(abandoned);
    const client = async (): Promise<void> => {
      for (const [index, plan] of rest) {
        this.#accepted.set(await submit(this.#cluster.urls, plan, `s${seed}.r${index}`, limit), plan);
      }
    };
    await Promise.all([this.#abandon(dropped), ...Array.from({ length: CLIENTS }, client)]);
  }

  async #abandon(plans: readonly Plan[]): Promise<void> {
    if (plans.length === 0) return;
    const file = join(import.meta.dirname, "accept-until-killed.ts");
    const { redisUrl, redisPrefix } = this.#cluster;
    const child = spawn(process.execPath, [file, redisUrl, redisPrefix], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(JSON.stringify(plans));
    const ended = once(child, "exit");
    const runIds = z.array(z.string()).parse(JSON.parse(await text(child.stdout)));
    await ended;
    runIds.forEach((runId, index) => this.#accepted.set(runId, plans[index] ?? []));
  }

  /** @returns when the last run ended that ends at all */
  async #untilEnded(killed: () => boolean): Promise<number> {
    const { patience } = this.#options;
    let last = performance.now();
    for (;;) {
      const active = await this.#store.heads({ active: true, limit: this.#accepted.size + 1 }).catch(() => undefined);
      const ended = active === undefined ? this.#ended : this.#accepted.size - active.length;
      if (ended !== this.#ended) last = performance.now();
      this.#ended = ended;
      if (active?.length === 0) return performance.now();
      if (killed() && performance.now() - last > patience * 1000) return last;
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #check(folder: string) {
    const found: Violations[] = [];
    const ended: Plan[] = [];
    const unended: Plan[] = [];
    for (const [runId, plan] of this.#accepted) {
      const events = await this.#store.read(runId);
      appendFileSync(join(folder, "events.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
      const violations = checkRun(runId, plan, events);
      found.push(violations);
      (violations.lost.length === 0 ? ended : unended).push(plan);
    }
    const heads = await this.#store.heads({ limit: 2 * this.#accepted.size + 1 });
    const executions = readExecutions(folder);
    return {
      lost: found.flatMap(({ lost }) => lost),
      twice: found.flatMap(({ twice }) => twice),
      order: found.flatMap(({ order }) => order),
      ended: found.flatMap(({ ended: wrong }) => wrong),
      doubled: heads.flatMap(({ runId }) => (this.#accepted.has(runId) ? [] : [`${runId} was made by nobody`])),
      accepted: this.#accepted.size,
      kills: { ...this.#kills },
      deaths: this.#cluster.deaths(),
      executions: countExecutions(ended, executions, unended),
      hosts: [...new Set(executions.map(({ host }) => host))],
    };
  }

  #tell(): void {
    const seconds = (performance.now() - this.#started) / 1000;
    this.#options.onProgress?.({
      seconds,
      accepted: this.#accepted.size,
      ended: this.#ended,
      kills: { ...this.#kills },
    });
  }
}
