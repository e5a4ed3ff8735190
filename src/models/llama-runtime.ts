/**
 * node-llama-cpp, which runs GGUF models in this process. It is no dependency: with its binaries for every GPU it takes
 * 700 MB. Here it gets a folder of its own beside the models, with the one binary that runs on the processor.
 */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { findPackageJSON, registerHooks } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { diskFault, onDisk } from "./disk.ts";
import { runNpm } from "./run-npm.ts";
import { SourceFault } from "./source-fault.ts";

const PACKAGE = "node-llama-cpp";
/** The binary must be of the very same version. */
const VERSION = "3.22.1";

/** Of Node's platforms and processors, those that it has a binary for. */
const BINARIES: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "linux-arm": "linux-armv7l",
  "linux-riscv64": "linux-riscv64",
  "darwin-arm64": "mac-arm64-metal",
  "darwin-x64": "mac-x64",
  "win32-x64": "win-x64",
  "win32-arm64": "win-arm64",
};

/** What an installation that was killed left is taken away by one that comes so much later. */
const ABANDONED_MS = 3_600_000;
const UNFINISHED = ".partial";

export const llamaRuntime = {
  name: `${PACKAGE} ${VERSION}`,
  licence: "MIT",
  /** As measured on Linux: package, dependencies and binary, packed. */
  size: "about 50 MB",
} as const;

/** Whether it is installed, with Tutti or beside the models. */
export function hasLlamaRuntime(modelsFolder: string): boolean {
  return hasOwn() || existsSync(folderOf(modelsFolder));
}

let isUsed = false;

/** From here on, `import("node-llama-cpp")` finds the one beside the models, if it is there and Tutti has none of its own. */
export function useLlamaRuntime(modelsFolder: string): void {
  const folder = folderOf(modelsFolder);
  if (isUsed || hasOwn() || !existsSync(folder)) return;
  isUsed = true;
  const parentURL = pathToFileURL(path.join(folder, "from-here.js")).href;
  registerHooks({
    resolve: (specifier, context, next) => next(specifier, specifier === PACKAGE ? { ...context, parentURL } : context),
  });
}

/** @throws SourceFault where npm's registry does not answer in time, or has none for this machine */
export async function reachLlamaRuntime(signal: AbortSignal, withinMs = 2000): Promise<void> {
  const stop = new AbortController();
  // npm itself takes its time to start.
  const late = setTimeout(() => stop.abort(new SourceFault("npm's registry does not answer")), 2 * withinMs + 1000);
  const patience = ["--fetch-retries=0", `--fetch-timeout=${withinMs}`];
  try {
    await runNpm(["view", binary(), "version", ...patience], tmpdir(), AbortSignal.any([signal, stop.signal]));
  } finally {
    clearTimeout(late);
  }
}

/**
 * Installs it beside the models, from npm's registry. What is there is not touched before all of it is there, and no
 * script of any package is run.
 * @throws SourceFault in npm's words, TuttiError for a faulty disk, the signal's reason on abort
 */
export async function installLlamaRuntime(modelsFolder: string, signal: AbortSignal): Promise<void> {
  const folder = folderOf(modelsFolder);
  const parent = path.dirname(folder);
  const work = await onDisk(modelsFolder, async () => {
    await mkdir(parent, { recursive: true });
    await removeAbandoned(parent);
    const made = `${folder}${UNFINISHED}-${randomUUID()}`;
    await mkdir(made);
    // Without one, npm would take a folder further up for the project.
    await writeFile(path.join(made, "package.json"), '{ "private": true }\n');
    return made;
  });
  try {
    const packages = [`${PACKAGE}@${VERSION}`, binary()];
    const flags = ["--prefix=.", "--no-save", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"];
    await runNpm(["install", ...packages, ...flags], work, signal);
    await rename(work, folder).catch((error: unknown) => {
      // Whoever was faster has installed the same.
      if (!existsSync(folder)) throw diskFault(modelsFolder, error);
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function folderOf(modelsFolder: string): string {
  return path.join(modelsFolder, ".runtime", `${PACKAGE}-${VERSION}`);
}

function hasOwn(): boolean {
  try {
    return findPackageJSON(PACKAGE, import.meta.url) !== undefined;
  } catch {
    // That is how it tells that there is none.
    return false;
  }
}

/** @throws SourceFault where there is none for this machine */
function binary(): string {
  const machine = `${process.platform}-${process.arch}`;
  const name = BINARIES[machine];
  if (name === undefined) throw new SourceFault(`${PACKAGE} has no binary for ${machine}`);
  return `@${PACKAGE}/${name}@${VERSION}`;
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const place = path.join(folder, name);
    const made = (await stat(place).catch(() => undefined))?.mtimeMs ?? Infinity;
    const isAbandoned = name.includes(UNFINISHED) && Date.now() - made > ABANDONED_MS;
    if (isAbandoned) await rm(place, { recursive: true, force: true });
  }
}
