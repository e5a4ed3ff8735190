/** A folder of this process for what is made during calls. */
import { mkdir, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

/** Every process says that its folder is in use, this often; one that has not for much longer is dead. */
const EVERY_MS = 10 * 60_000;
const DEAD_AFTER_MS = 6 * EVERY_MS;

export interface Scratch {
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

/** Makes the folder, and removes those of processes that died without having been able to. */
export async function makeScratch(root: string, name: string): Promise<Scratch> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  await removeDead(root);
  const alive = setInterval(() => {
    const now = new Date();
    utimes(folder, now, now).catch(() => {});
  }, EVERY_MS).unref();
  return {
    folder,
    async remove() {
      clearInterval(alive);
      // What is left of it is removed at a later start.
      await rm(folder, { recursive: true, force: true, maxRetries: 2 }).catch(() => {});
    },
  };
}

async function removeDead(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const path = join(root, name);
    const facts = await stat(path).catch(() => undefined);
    const dead = facts && facts.mtimeMs < Date.now() - DEAD_AFTER_MS;
    if (dead) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
