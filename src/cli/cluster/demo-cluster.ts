/** `npm run demo:cluster`: several processes on one Redis; a worker is killed, and every run still ends. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loadConfig } from "../../config.ts";
import { TuttiError } from "../../errors.ts";
import type { RunEvent } from "../../run/events.ts";
import { DEMO_FILES, DEMO_WORDS } from "../demo-request.ts";
import { paintFor } from "../paint.ts";
import { startChild, type Child } from "./child.ts";
import { followRun } from "./follow-run.ts";
import { freePort } from "./free-port.ts";
import { startThrowawayRedis } from "./throwaway-redis.ts";
import { Watch } from "./watch.ts";

const HELP = `Usage: npm run demo:cluster [-- --runs N]

Starts a throw-away redis-server (or uses REDIS_URL), one API process and two workers, sends the demo's request N times
(4), kills one worker with SIGKILL in the middle, and shows how every run still ends and who did what.`;

const MAIN = join(import.meta.dirname, `../main${import.meta.filename.endsWith(".ts") ? ".ts" : ".js"}`);
const START_MS = 90_000;
const END_MS = 5 * 60_000;
/** Short, so that nobody has to wait long for what the killed worker held. */
const TAKEOVER_SECONDS = 3;

const out = process.stdout;
const { bold, dim, good, bad } = paintFor(out);

export async function demoCluster(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { help: { type: "boolean", short: "h" }, runs: { type: "string", default: "4" } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const count = Number(values.runs);
  if (!Number.isInteger(count) || count < 1 || count > 100) {
    throw new TuttiError("invalid-request", `--runs is a whole number from 1 to 100, not ${values.runs}`);
  }
  const folder = await mkdtemp(join(tmpdir(), "tutti-cluster-"));
  const children: Child[] = [];
  try {
    return await demonstrate(folder, count, children);
  } finally {
    for (const child of children.toReversed()) child.kill("SIGTERM");
    await Promise.race([Promise.all(children.map(({ ended }) => ended)), sleep(5000)]);
    for (const child of children) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function demonstrate(folder: string, count: number, children: Child[]): Promise<number> {
  const given = loadConfig().redis;
  let url = given?.url;
  if (url === undefined) {
    const redis = await startThrowawayRedis(folder);
    children.push(redis.child);
    url = redis.url;
    out.write(`${bold("redis-server")} ${dim(`pid ${redis.child.pid}, ${url}, thrown away afterwards`)}\n`);
  }
  const port = await freePort();
  const environment = {
    REDIS_URL: url,
    TUTTI_REDIS_PREFIX: `{tutti-demo-${process.pid}-${Date.now()}}`,
    TUTTI_DATA: join(folder, "data"),
    TUTTI_LOG: "json",
    TUTTI_TAKEOVER_SECONDS: String(TAKEOVER_SECONDS),
    HOST: "127.0.0.1",
    PORT: String(port),
  };
  const start = async (name: string, ...args: string[]): Promise<Child> => {
    const options = { name, command: process.execPath, args: [MAIN, ...args], environment };
    const child = await startChild({ ...options, logFile: join(folder, `${name}.log`) });
    children.push(child);
    out.write(`${bold(`tutti ${args.join(" ")}`)} ${dim(`pid ${child.pid}`)}\n`);
    return child;
  };
  const server = await start("api", "serve");
  const workers = [
    await start("worker-1", "worker", "--lanes", "cpu,remote"),
    await start("worker-2", "worker", "--lanes", "cpu,remote"),
  ];
  const baseUrl = `http://127.0.0.1:${port}`;
  await untilReady(baseUrl, workers.length, server, folder);

  out.write(`\n${bold("Request")}, ${count} times\n${DEMO_WORDS}\n\n`);
  const runIds = await Promise.all(Array.from({ length: count }, () => submit(baseUrl)));
  const watch = new Watch(runIds, [server, ...workers]);
  const limit = AbortSignal.timeout(END_MS);
  let victim: Child | undefined;
  const onEvent = (event: RunEvent): void => {
    const line = watch.lineFor(event);
    if (line !== undefined) out.write(`${line}\n`);
    if (event.type === "node-started") victim ??= killWhenBusy(watch, workers);
  };
  const follow = async (runId: string): Promise<void> => {
    for await (const event of followRun(baseUrl, runId, limit)) onEvent(event);
  };
  await Promise.all(runIds.map(follow));
  return await conclude(baseUrl, watch, victim, runIds);
}

/** In the middle: some steps have been done, and this worker has just begun one. */
function killWhenBusy(watch: Watch, workers: readonly Child[]): Child | undefined {
  if (watch.done < 2) return undefined;
  const victim = workers.find(({ name }) => name === watch.lastBegunBy);
  if (!victim) return undefined;
  const steps = watch.activeOf(victim);
  victim.kill("SIGKILL");
  out.write(bad(`☠ ${victim.name} (pid ${victim.pid}) was killed while it did ${steps.join(", ")}\n`));
  out.write(dim(`  after ${TAKEOVER_SECONDS} s of silence others take over what it held\n`));
  return victim;
}

async function conclude(
  baseUrl: string,
  watch: Watch,
  victim: Child | undefined,
  runIds: readonly string[],
): Promise<number> {
  const shown = watch.takenOver[0]?.runId ?? runIds[0];
  const graph = await fetch(`${baseUrl}/v1/runs/${shown}/graph?format=text`);
  out.write(
    `\n${bold("One of the runs, with the worker of each step")}\n${watch.withNames(await graph.text()).trimEnd()}\n`,
  );

  out.write(`\n${bold("Taken over")} from ${victim?.name ?? "nobody"}\n`);
  for (const { label, from, to } of watch.takenOver) out.write(`  ${label}: begun by ${from}, done by ${to}\n`);
  if (watch.takenOver.length === 0) out.write("  nothing: the worker was at no step when it died\n");
  const ends = Object.entries(Object.groupBy(watch.ends, (status) => status));
  const told = ends.map(([status, all]) => `${all?.length ?? 0} ${status}`).join(", ");
  const whole = watch.ends.length === runIds.length && watch.ends.every((status) => status === "succeeded");
  out.write(`\n${bold("Runs")} ${(whole ? good : bad)(`${watch.ends.length} of ${runIds.length} ended: ${told}`)}\n`);
  return whole && victim !== undefined ? 0 : 1;
}

async function untilReady(baseUrl: string, workers: number, server: Child, folder: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && !server.hasEnded()) {
    const response = await fetch(`${baseUrl}/readyz`).catch(() => undefined);
    const readiness: unknown = await response?.json();
    if (response?.ok && workersIn(readiness) >= workers) return;
    await sleep(200);
  }
  const log = await readFile(join(folder, "api.log"), "utf8");
  throw new TuttiError(
    "misconfigured",
    `the processes did not start within ${START_MS / 1000} s:\n${log.slice(-2000)}`,
  );
}

function workersIn(readiness: unknown): number {
  if (typeof readiness !== "object" || readiness === null || !("lanes" in readiness)) return 0;
  const { lanes } = readiness;
  if (typeof lanes !== "object" || lanes === null || !("cpu" in lanes)) return 0;
  const { cpu } = lanes;
  return typeof cpu === "object" && cpu !== null && "workers" in cpu ? Number(cpu.workers) : 0;
}

async function submit(baseUrl: string): Promise<string> {
  const form = new FormData();
  form.set("request", DEMO_WORDS);
  // Every run is to do its own work, although all ask for the same.
  form.set("options", JSON.stringify({ reuse: false }));
  for (const file of DEMO_FILES) form.append("file", new Blob([await readFile(file)]), basename(file));
  const response = await fetch(`${baseUrl}/v1/runs`, { method: "POST", body: form });
  const answer: unknown = await response.json();
  const isRun = typeof answer === "object" && answer !== null && "id" in answer;
  if (response.status === 202 && isRun) return String(answer.id);
  throw new TuttiError("internal", `the request was refused: ${JSON.stringify(answer)}`);
}
