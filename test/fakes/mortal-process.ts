/** A process that can be killed, and that ends with this one, however this one ends. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

export interface MortalProcess {
  readonly stderr: Readable;
  readonly stdout: Readable;
  /** SIGKILL: nothing of it runs on. Resolves when it has ended. */
  kill(): Promise<void>;
  /** Resolves to its exit code when it has ended; 137 after SIGKILL. */
  readonly ended: Promise<number | null>;
}

/**
 * Waits for the process, and for the end of its own standard input, which is where the one that wanted it lives. That is
 * looked for in the background, where a shell gives commands no input unless they are told to have it.
 */
const ENDS_WITH_ITS_STDIN =
  'exec 3<&0; "$@" 3<&- </dev/null & child=$!; { cat <&3; kill -9 $child; } >/dev/null 2>&1 & exec 3<&-; wait $child';

export function startMortal(
  command: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv,
): MortalProcess {
  const child = spawn("sh", ["-c", ENDS_WITH_ITS_STDIN, "sh", command, ...parameters], {
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // Who is gone can't be told anything.
  child.stdin.on("error", () => {});
  const ended = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  return {
    stderr: child.stderr,
    stdout: child.stdout,
    ended,
    async kill() {
      child.stdin.end();
      await ended;
    },
  };
}
