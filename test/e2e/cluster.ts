/** Real processes of Tutti's on one Redis, with experts that hold on to their steps. */
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { startRedisServer, type RedisServer } from "../fakes/redis-server.ts";
import { isThere } from "../fakes/holding-experts.ts";
import { until } from "../fakes/scripted-experts.ts";
import { removeFolder, spawnTutti, startServer, temporaryFolder, type Server } from "./server.ts";

export interface RunView {
  readonly id: string;
  readonly status: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly status: string;
    readonly worker?: string;
    readonly delivery?: number;
    readonly error?: { readonly code: string };
  }[];
}

export interface WorkerProcess {
  readonly pid: number;
  /** Sends the signal and gives the exit code, or the signal's name. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | string | null>;
  readonly output: () => string;
}

export type Cluster = Awaited<ReturnType<typeof startCluster>>;

const EXPERTS = join(import.meta.dirname, "../fakes/holding-experts.ts");
export const ADMIN_TOKEN = "correct-horse";

export async function startCluster() {
  const redis: RedisServer = await startRedisServer({ durable: true });
  const folder = await temporaryFolder();
  const environment = {
    REDIS_URL: redis.url,
    TUTTI_EXPERT_MODULES: EXPERTS,
    TUTTI_TAKEOVER_SECONDS: "2",
    TUTTI_DRAIN_SECONDS: "1",
    TUTTI_ADMIN_TOKEN: ADMIN_TOKEN,
    TUTTI_LOG: "json",
  };
  const servers: Server[] = [];
  const workers: WorkerProcess[] = [];

  async function addServer(): Promise<Server> {
    const server = await startServer(join(folder, "data"), environment);
    servers.push(server);
    return server;
  }

  async function addWorker(): Promise<WorkerProcess> {
    const { child, output } = spawnTutti(["worker", "--lanes", "cpu,remote"], {
      TUTTI_DATA: join(folder, "data"),
      ...environment,
    });
    const exited = once(child, "exit");
    await until(() => output().includes(" serves cpu"));
    const worker = {
      pid: child.pid ?? 0,
      output,
      async stop(signal: NodeJS.Signals = "SIGTERM") {
        child.kill(signal);
        const [code, name]: unknown[] = await exited;
        return typeof code === "number" ? code : String(name);
      },
    };
    workers.push(worker);
    return worker;
  }

  /** A step that ends when `release` is called. */
  function holding(name: string) {
    const path = join(folder, name);
    return {
      node: { id: name, task: "hold", inputs: { text: { value: { type: "text", value: path } } } },
      begun: () => until(() => isThere(`${path}.begun`)),
      stopped: () => until(() => isThere(`${path}.stopped`)),
      release: () => writeFile(path, ""),
    };
  }

  return {
    redis,
    folder,
    addServer,
    addWorker,
    holding,
    async configureRedis(name: string, value: string): Promise<void> {
      const connection = new Redis(redis.url);
      await connection.config("SET", name, value);
      connection.disconnect();
    },
    async close(): Promise<void> {
      await Promise.all([...servers, ...workers].map(({ stop }) => stop("SIGKILL")));
      await redis.stop();
      await removeFolder(folder);
    },
  };
}

export async function submit(server: Server, plan: readonly object[], headers: Record<string, string> = {}) {
  return fetch(`${server.url}/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ messages: [{ role: "user", content: "hold" }], plan }),
  });
}

export async function accepted(server: Server, plan: readonly object[]): Promise<RunView> {
  const response = await submit(server, plan);
  if (response.status !== 202) throw new Error(`not accepted: ${await response.text()}`);
  return asRun(response);
}

export async function view(server: Server, id: string): Promise<RunView> {
  return asRun(await fetch(`${server.url}/v1/runs/${id}`));
}

export async function ended(server: Server, id: string): Promise<RunView> {
  let run = await view(server, id);
  await until(async () => {
    run = await view(server, id);
    return run.status !== "planning" && run.status !== "running";
  });
  return run;
}

async function asRun(response: Response): Promise<RunView> {
  return (await response.json()) as RunView;
}
