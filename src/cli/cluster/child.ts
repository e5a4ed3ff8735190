/** A child process of the demonstration: its output goes to a file, and it never outlives the demonstration. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { environmentWith } from "../../config.ts";

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves with what ended it. */
  readonly ended: Promise<string>;
  readonly hasEnded: () => boolean;
  readonly kill: (signal: NodeJS.Signals) => void;
}

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Gets all that the child writes. */
  readonly logFile: string;
}

/** @throws whatever keeps the command from being started, e.g. ENOENT */
export async function startChild({ name, command, args, environment = {}, logFile }: ChildOptions): Promise<Child> {
  const log = await open(logFile, "a");
  try {
    const child = spawn(command, args, {
      env: environmentWith(environment),
      stdio: ["ignore", log.fd, log.fd],
    });
    await once(child, "spawn");
    let over = false;
    const kill = (signal: NodeJS.Signals): void => void (over || child.kill(signal));
    const killNow = (): void => kill("SIGKILL");
    process.once("exit", killNow);
    const ended = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) => {
        over = true;
        process.off("exit", killNow);
        resolve(signal ?? `exit code ${code}`);
      });
    });
    return { name, pid: child.pid ?? 0, ended, hasEnded: () => over, kill };
  } finally {
    await log.close();
  }
}
