/** A real server process of Tutti's, on a free port and a folder of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const main = join(import.meta.dirname, "../../src/cli/main.ts");
const START_LIMIT_MS = 20_000;

export interface Server {
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything that it wrote so far. */
  readonly output: () => string;
  /** Sends the signal and gives the exit code, or the signal's name. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | string | null>;
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "tutti-e2e-"));
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** @returns the process and all that it writes, without waiting for anything */
export function spawnTutti(args: readonly string[], environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let written = "";
  child.stdout.on("data", (chunk: Buffer) => (written += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (written += chunk.toString()));
  return { child, output: () => written };
}

export async function startServer(dataFolder: string, environment: NodeJS.ProcessEnv = {}): Promise<Server> {
  const { child, output } = spawnTutti(["serve"], { TUTTI_DATA: dataFolder, PORT: "0", ...environment });
  const exited = once(child, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    const limit = setTimeout(
      () => reject(new Error(`no server after ${START_LIMIT_MS} ms:\n${output()}`)),
      START_LIMIT_MS,
    );
    const look = (): void => {
      const [, found] = /ready at (http:\S+)/.exec(output()) ?? [];
      if (found === undefined) return;
      clearTimeout(limit);
      resolve(found);
    };
    child.stderr?.on("data", look);
    void exited.then(() => reject(new Error(`the server ended:\n${output()}`)));
  });
  return {
    url,
    process: child,
    output,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const [code, name] = (await exited) as [number | null, string | null];
      return code ?? name;
    },
  };
}
