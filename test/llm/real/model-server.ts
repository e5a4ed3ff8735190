/** A real OpenAI-compatible server with the model, as a process of its own on a free port of this machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { modelFile } from "./what-is-here.ts";

export interface ModelServer {
  /** What TUTTI_LLM is set to. */
  readonly name: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** However the test ends, and be it with SIGKILL: its end of the pipe closes, and the server is killed. */
const ENDS_WITH_ITS_STDIN = '"$@" >&2 & echo $!; cat >/dev/null; kill -9 $!; wait';

const START_LIMIT_MS = 300_000;
const SHOWN = 4000;

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })).min(1) });

export async function startModelServer(command: string): Promise<ModelServer> {
  const port = await freePort();
  const words = command
    .split(/\s+/u)
    .map((word) => word.replaceAll("{model}", modelFile).replaceAll("{port}", String(port)));
  const shell = spawn("sh", ["-c", ENDS_WITH_ITS_STDIN, ...words.slice(0, 1), ...words], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  shell.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-SHOWN)));
  const exited = once(shell, "exit");
  const [pid] = (await once(createInterface({ input: shell.stdout }), "line")) as [string];
  const stop = async (): Promise<void> => {
    shell.stdin.end();
    await exited;
  };
  const url = `http://127.0.0.1:${port}/v1`;
  const deadline = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadline && isAlive(Number(pid))) {
    const models = await modelsAt(url);
    const [model] = models ?? [];
    // Asked for before the model is loaded, some servers refuse, and others answer without one.
    if (model !== undefined) return { name: `openai-compatible:${url}#${model.id}`, pid: Number(pid), stop };
    await pause(200);
  }
  await stop();
  throw new Error(`the server did not start: ${words.join(" ")}\n${said}`);
}

async function modelsAt(url: string) {
  try {
    const response = await fetch(`${url}/models`, { signal: AbortSignal.timeout(2000) });
    if (!response.ok) return undefined;
    const health = await fetch(new URL("/health", url), { signal: AbortSignal.timeout(2000) });
    return health.status === 503 ? undefined : modelsSchema.parse(await response.json()).data;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
