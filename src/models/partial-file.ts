/**
 * A file on its way. It outlives its process, so that a later one goes on with it; and it belongs to one process at a
 * time: who goes on renames it to a name of its own, which only one can succeed in. Who finds none free starts another
 * one, so nobody ever waits for anybody.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { isMissing } from "./is-missing.ts";

export interface PartialFile {
  readonly path: string;
  /** Moves it to where it belongs. */
  finish(place: string): Promise<void>;
  /** Leaves it to whoever wants to go on. */
  release(): Promise<void>;
}

/** Of a process elsewhere, which can't be asked: so long without a write, and it is taken for dead. */
const ABANDONED_MS = 10 * 60_000;

const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
/** Names in use by this process. */
const own = new Set<string>();
let count = 0;

/** @param key what the bytes are: their hash */
export async function claimPartial(folder: string, key: string): Promise<PartialFile> {
  await mkdir(folder, { recursive: true });
  const name = `${key}.${host}-${process.pid}-${++count}.partial`;
  const place = path.join(folder, name);
  own.add(name);
  for (const free of await freeOnes(folder, key)) {
    try {
      await rename(path.join(folder, free), place);
      break;
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Somebody else was faster; perhaps there is another one.
    }
  }
  return {
    path: place,
    finish: async (final) => {
      await mkdir(path.dirname(final), { recursive: true });
      await rename(place, final);
    },
    release: async () => {
      own.delete(name);
      const found = await stat(place).catch(() => undefined);
      if (found === undefined) return;
      if (found.size === 0) await rm(place, { force: true });
      else await rename(place, path.join(folder, `${key}.partial`));
    },
  };
}

/** How much of it is there, in bytes, whoever is at it. */
export async function partialSize(folder: string, key: string): Promise<number> {
  const sizes = (await partials(folder, key)).map(async (name) => (await statOf(folder, name))?.size ?? 0);
  return Math.max(0, ...(await Promise.all(sizes)));
}

/** Also those that a living process writes: it ends with an error. */
export async function removePartials(folder: string, key: string): Promise<void> {
  const names = await partials(folder, key);
  await Promise.all(names.map((name) => rm(path.join(folder, name), { force: true })));
}

/** Those that nobody writes, the longest first. */
async function freeOnes(folder: string, key: string): Promise<readonly string[]> {
  const found: { readonly name: string; readonly size: number }[] = [];
  for (const name of await partials(folder, key)) {
    const stats = await statOf(folder, name);
    if (stats && isFree(name, Date.now() - stats.mtimeMs)) found.push({ name, size: stats.size });
  }
  return found.toSorted((a, b) => b.size - a.size).map(({ name }) => name);
}

function isFree(name: string, idleMs: number): boolean {
  const owner = /\.([0-9a-f]{8})-(\d+)-\d+\.partial$/.exec(name);
  if (!owner || idleMs > ABANDONED_MS) return !own.has(name);
  const pid = Number(owner[2]);
  if (owner[1] !== host) return false;
  // In containers every process may have the same number: one of mine that I don't know is of a former life.
  return pid === process.pid ? !own.has(name) : !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function partials(folder: string, key: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.filter((name) => name.startsWith(`${key}.`) && name.endsWith(".partial"));
}

async function statOf(
  folder: string,
  name: string,
): Promise<{ readonly size: number; readonly mtimeMs: number } | undefined> {
  return stat(path.join(folder, name)).catch(() => undefined);
}
