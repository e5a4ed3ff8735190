/** Runs npm, as it is configured on this machine. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { SourceFault } from "./source-fault.ts";

const failureSchema = z.object({ error: z.object({ summary: z.string().min(1) }) });

/** @throws SourceFault in npm's words, where it fails or can't be started; the signal's reason on abort */
export async function runNpm(args: readonly string[], folder: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const onWindows = process.platform === "win32";
  // There npm is a script for the shell; no argument has anything in it that a shell would read otherwise.
  const child = spawn("npm", [...args, "--json"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
    shell: onWindows,
  });
  // Told to end, npm would first wait for what it is downloading.
  const end = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", end, { once: true });
  try {
    const code = new Promise<number | null>((resolve, reject) => {
      child.on("error", (error) => reject(new SourceFault(`npm can't be started: ${error.message}`, { cause: error })));
      child.on("close", resolve);
    });
    const [output, exitCode] = await Promise.all([text(child.stdout), code]);
    signal.throwIfAborted();
    if (exitCode !== 0) throw new SourceFault(`npm: ${summaryIn(output) ?? `exit code ${exitCode}`}`);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

function summaryIn(output: string): string | undefined {
  try {
    return failureSchema.safeParse(JSON.parse(output)).data?.error.summary.split("\n")[0];
  } catch {
    return undefined;
  }
}
