/** Runs npm for the set-up: quiet, with a time limit, and gone with all its children when it is ended. */
import { spawn } from "node:child_process";
import path from "node:path";

const PROGRESS_MS = 15_000;
/** How long npm may take to put back what it had begun, once it is told to end. */
const PATIENCE_MS = 10_000;
const onWindows = process.platform === "win32";

/** The environment for npm: within an npm script the project's own `node` is first on the path, and about to be replaced. */
function environment(root) {
  const own = path.join(root, "node_modules", ".bin");
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => path.resolve(folder) !== own);
  // Else onnxruntime-node fetches GPU libraries from a server that is not the registry.
  return { ...process.env, PATH: folders.join(path.delimiter), ONNXRUNTIME_NODE_INSTALL: "skip" };
}

/**
 * @param {string} root folder of package.json
 * @param {string[]} args
 * @param {{ timeoutMs: number, onStart: (pid: number) => void, say: (text: string) => void }} options
 * @returns {Promise<{ ok: boolean, output: string, interrupted?: NodeJS.Signals }>} when npm is gone
 */
export async function runNpm(root, args, { timeoutMs, onStart, say }) {
  const child = spawn("npm", args, {
    cwd: root,
    env: environment(root),
    stdio: ["ignore", "pipe", "pipe"],
    shell: onWindows,
    // Leader of a process group, which can be ended as a whole.
    detached: !onWindows,
  });
  if (child.pid) onStart(child.pid);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));

  const kill = (signal) => {
    try {
      if (onWindows) child.kill();
      else if (child.pid) process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  };
  let patience;
  const end = () => {
    kill("SIGTERM");
    patience ??= setTimeout(() => kill("SIGKILL"), PATIENCE_MS);
  };
  const startedAt = Date.now();
  const progress = setInterval(
    () => say(`... still installing, ${Math.round((Date.now() - startedAt) / 1000)} s`),
    PROGRESS_MS,
  );
  const limit = setTimeout(() => {
    output += `\nEnded after ${Math.round(timeoutMs / 60_000)} minutes, which should have been enough.`;
    end();
  }, timeoutMs);
  let interrupted;
  const interrupt = (signal) => {
    interrupted = signal;
    end();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("SIGHUP", interrupt);
  try {
    const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
    return { ok: code === 0 && !interrupted, output, interrupted };
  } finally {
    clearInterval(progress);
    clearTimeout(limit);
    clearTimeout(patience);
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt).off("SIGHUP", interrupt);
  }
}
