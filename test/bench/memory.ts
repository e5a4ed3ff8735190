/** What a large asset does to the memory of the processes that it goes through. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { temporaryFolder } from "../fakes/temporary-folder.ts";
import { atMost, type Measurement, type Suite } from "./measurement.ts";
import { headTask } from "./memory-experts.ts";
import { startBenchRedis } from "./redis.ts";

const MIB = 2 ** 20;
const SIZE = 1024 * MIB;
const QUICK_SIZE = 256 * MIB;
/** Enough for everything that is loaded once, too little to grow on. */
const WARM_UP = 64 * 1024;
const SAMPLE_MS = 20;
const LIMIT_MS = 120_000;

const assetSchema = z.object({ id: z.string() });
const runSchema = z.object({ status: z.string() });

export const memorySuite: Suite = {
  name: "memory",
  does: "memory of API and worker while a large asset goes through",
  async run({ quick, progress }) {
    const { folder, remove } = await temporaryFolder();
    const redis = await startBenchRedis();
    const environment = {
      ...process.env,
      REDIS_URL: redis.url,
      TUTTI_DATA: folder,
      TUTTI_LOG: "off",
      TUTTI_EXPERT_MODULES: fileURLToPath(new URL("memory-experts.ts", import.meta.url)),
    };
    const [api, worker] = await Promise.all(["api", "worker"].map((role) => start(role, environment)));
    if (!api || !worker) throw new Error("two were started");
    const size = quick ? QUICK_SIZE : SIZE;
    try {
      progress("warming up");
      await passThrough(api.url, WARM_UP, 0);
      progress(`${size / MIB} MiB`);
      const watches = [api, worker].map(({ child }) => new MemoryWatch(child));
      await passThrough(api.url, size, 1);
      const seen = await Promise.all(watches.map((watch) => watch.end()));
      const row = `${size / MIB} MiB in, looked at, out`;
      return [
        {
          name: "memory",
          title: "Growth of resident memory",
          notes: [
            "Peak over what the process had before, after an asset of 64 KiB has warmed it up: POST /v1/assets, a run " +
              "whose expert reads the first bytes, GET /v1/assets/:id. Real processes over HTTP and Redis.",
          ],
          measurements: seen.flatMap(({ before, peak }, index): Measurement[] => {
            const column = index === 0 ? "API process" : "worker process";
            const growth = { row, column, unit: "MiB" as const, samples: [(peak - before) / MIB] };
            return [
              { ...growth, target: atMost(64) },
              { row, column: `${column} before`, unit: "MiB", samples: [before / MIB] },
            ];
          }),
        },
      ];
    } finally {
      await Promise.all([api, worker].map(({ child }) => end(child)));
      await redis.stop();
      await remove();
    }
  },
};

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
}

async function start(role: string, env: NodeJS.ProcessEnv): Promise<Started> {
  const child = fork(new URL("memory-process.ts", import.meta.url), [role], { env });
  const [url] = await once(child, "message");
  return { child, url: String(url) };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}

async function passThrough(url: string, size: number, seed: number): Promise<void> {
  const { id } = assetSchema.parse(await post(`${url}/v1/assets`, bytesOf(size, seed), "application/pdf"));
  const request = {
    messages: [{ role: "user", content: [{ type: "asset", asset: id }] }],
    plan: [{ id: "t1", task: headTask.id, inputs: { file: { asset: id } } }],
  };
  const run = await post(`${url}/v1/runs?wait=60`, JSON.stringify(request), "application/json");
  const { status } = runSchema.parse(run);
  if (status !== "succeeded") throw new Error(`the run with the large asset ended as ${status}`);
  const response = await fetch(`${url}/v1/assets/${id}`, { signal: AbortSignal.timeout(LIMIT_MS) });
  let received = 0;
  for await (const chunk of response.body ?? []) received += chunk.length;
  if (received !== size) throw new Error(`of ${size} bytes, ${received} came back`);
}

async function post(url: string, body: Readable | string, type: string): Promise<unknown> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const headers = { "content-type": type };
  const response = await fetch(url, { method: "POST", body, duplex: "half", headers, signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Begins as a PDF does; kept nowhere. */
function bytesOf(size: number, seed: number): Readable {
  return Readable.from(
    (function* chunks() {
      for (let sent = 0; sent < size;) {
        const chunk = Buffer.alloc(Math.min(64 * 1024, size - sent), sent === 0 ? "\0" : `${seed} ${sent} `);
        if (sent === 0) chunk.write("%PDF-1.7\n");
        sent += chunk.length;
        yield chunk;
      }
    })(),
  );
}

/** Follows the resident memory of a process. */
class MemoryWatch {
  readonly #pid: number;
  readonly #first: Promise<number>;
  readonly #timer: NodeJS.Timeout;
  #peak = 0;

  constructor({ pid = 0 }: ChildProcess) {
    this.#pid = pid;
    this.#first = this.#sample();
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_MS);
  }

  /** @returns bytes: what it had at first, and what it had at most */
  async end(): Promise<{ readonly before: number; readonly peak: number }> {
    clearInterval(this.#timer);
    await this.#sample();
    return { before: await this.#first, peak: this.#peak };
  }

  async #sample(): Promise<number> {
    const status = await readFile(`/proc/${this.#pid}/status`, "utf8");
    const bytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
    this.#peak = Math.max(this.#peak, bytes);
    return bytes;
  }
}
