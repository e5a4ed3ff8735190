/** Servers, workers and their Redis as processes that can be killed at any moment and come up again by themselves. */
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { startMortal, type MortalProcess } from "../fakes/mortal-process.ts";
import { startRedisServer, type RedisServer } from "../fakes/redis-server.ts";

export type Kind = "api" | "worker" | "redis";

export interface ClusterOptions {
  /** Of the cluster: data of the processes, their logs, the log of executions. */
  readonly folder: string;
  readonly apis: number;
  readonly workers: number;
  /** How long until a silent worker's steps are given to others. */
  readonly takeoverSeconds: number;
  readonly fsync: "always" | "everysec";
  /** Whether processes look for what dead ones left undone. */
  readonly sweep: boolean;
}

export interface Cluster {
  readonly redisUrl: string;
  readonly redisPrefix: string;
  /** Of the servers that are ready. */
  readonly urls: () => readonly string[];
  /**
   * SIGKILL to one of the kind that is at work; it comes again after the pause.
   * @param choice 0 to 1: which of them
   * @returns whether there was one
   */
  readonly kill: (kind: Kind, choice: number, pauseMs: number) => Promise<boolean>;
  /** Resolves when all are ready. */
  readonly ready: () => Promise<void>;
  /** What ended without having been killed, with its last words. */
  readonly deaths: () => readonly string[];
  /** Kills all. */
  readonly stop: () => Promise<void>;
}

const PREFIX = "{chaos}";
const root = join(import.meta.dirname, "../..");
const POLL_MS = 20;
const READY_LIMIT_MS = 60_000;

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { folder, apis, workers, takeoverSeconds, fsync } = options;
  const redis = await startRedisServer({ settings: ["--appendonly", "yes", "--appendfsync", fsync] });
  const environment = {
    HOST: "127.0.0.1",
    PORT: "0",
    REDIS_URL: redis.url,
    TUTTI_REDIS_PREFIX: PREFIX,
    TUTTI_DATA: join(folder, "data"),
    TUTTI_TAKEOVER_SECONDS: String(takeoverSeconds),
    TUTTI_CONCURRENCY: "4",
    TUTTI_LOG: "json",
    TUTTI_LOG_LEVEL: "warn",
    TUTTI_EXPERT_MODULES: join(import.meta.dirname, "experts.ts"),
    CHAOS_FOLDER: folder,
    NO_COLOR: "1",
  };
  const entry = options.sweep ? "src/cli/main.ts" : "test/chaos/process.ts";
  const start = (kind: "api" | "worker", index: number): Member => {
    const command = kind === "api" ? ["serve"] : ["worker", ...(options.sweep ? ["--lanes", "cpu"] : [])];
    const log = join(folder, `${kind}-${index}.log`);
    return new Member(() => startMortal(process.execPath, [join(root, entry), ...command], environment), log);
  };
  const members = {
    api: Array.from({ length: apis }, (_, index) => start("api", index)),
    worker: Array.from({ length: workers }, (_, index) => start("worker", index)),
  };
  const all = [...members.api, ...members.worker];
  const store = new MortalRedis(redis);

  return {
    redisUrl: redis.url,
    redisPrefix: PREFIX,
    urls: () => members.api.flatMap(({ url }) => (url === undefined ? [] : [url])),
    kill: async (kind, choice, pauseMs) => {
      if (kind === "redis") return store.kill(pauseMs);
      const ready = members[kind].filter(({ isReady }) => isReady);
      return (await ready[Math.floor(choice * ready.length)]?.kill(pauseMs)) ?? false;
    },
    async ready() {
      const limit = performance.now() + READY_LIMIT_MS;
      while (!store.isUp || !all.every(({ isReady }) => isReady)) {
        if (performance.now() > limit) throw new Error(`not all processes came up: ${all.map(String).join("; ")}`);
        await sleep(POLL_MS);
      }
    },
    deaths: () => all.flatMap((member) => member.deaths),
    async stop() {
      await Promise.all(all.map((member) => member.stop()));
      await store.stop();
    },
  };
}

/** A place in the cluster: one process after another. */
class Member {
  readonly deaths: string[] = [];
  url: string | undefined;
  isReady = false;
  readonly #start: () => MortalProcess;
  readonly #log: NodeJS.WritableStream;
  #process: MortalProcess;
  #lastWords: string[] = [];
  #killed = false;
  #stopped = false;

  constructor(begin: () => MortalProcess, logFile: string) {
    this.#start = begin;
    this.#log = createWriteStream(logFile);
    this.#process = this.#begin();
  }

  async kill(pauseMs: number): Promise<boolean> {
    if (this.#killed || this.#stopped) return false;
    this.#killed = true;
    this.#gone();
    await this.#process.kill();
    void sleep(pauseMs).then(() => this.#again());
    return true;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#gone();
    await this.#process.kill();
    this.#log.end();
  }

  toString(): string {
    return this.isReady ? "ready" : `not ready: ${this.#lastWords.join(" ")}`;
  }

  #begin(): MortalProcess {
    this.#killed = false;
    this.#lastWords = [];
    const started = this.#start();
    for (const stream of [started.stdout, started.stderr]) {
      createInterface({ input: stream }).on("line", (line) => this.#hear(started, line));
    }
    void started.ended.then((code) => this.#ended(started, code));
    return started;
  }

  #hear(speaker: MortalProcess, line: string): void {
    if (!this.#stopped) this.#log.write(`${line}\n`);
    if (speaker !== this.#process || this.#killed) return;
    this.#lastWords = [...this.#lastWords.slice(-4), line];
    this.url ??= /ready at (http:\S+)/.exec(line)?.[1];
    this.isReady ||= this.url !== undefined || / serves cpu/.test(line);
  }

  #ended(which: MortalProcess, code: number | null): void {
    if (this.#killed || this.#stopped || which !== this.#process) return;
    this.deaths.push(`ended with ${code}: ${this.#lastWords.join(" ")}`);
    this.#gone();
    this.#killed = true;
    void sleep(500).then(() => this.#again());
  }

  #gone(): void {
    this.url = undefined;
    this.isReady = false;
  }

  #again(): void {
    if (!this.#stopped) this.#process = this.#begin();
  }
}

class MortalRedis {
  isUp = true;
  readonly #server: RedisServer;
  #restart: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(server: RedisServer) {
    this.#server = server;
  }

  async kill(pauseMs: number): Promise<boolean> {
    if (!this.isUp || this.#stopped) return false;
    this.isUp = false;
    await this.#server.kill();
    this.#restart = this.#again(pauseMs);
    return true;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#restart;
    await this.#server.stop();
  }

  async #again(pauseMs: number): Promise<void> {
    await sleep(pauseMs);
    await this.#server.restart();
    this.isUp = true;
  }
}
