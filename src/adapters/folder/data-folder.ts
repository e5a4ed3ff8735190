/** One owner per data folder: two servers on one folder would each believe that every run is theirs. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { TuttiError } from "../../errors.ts";
import { isBusy } from "../sqlite/busy.ts";

export interface DataFolderLease {
  /** Lets others know where the owner can be reached. */
  setUrl(url: string): void;
  /** Calling it again has no effect. */
  release(): Promise<void>;
}

const ownerSchema = z.object({ pid: z.number(), startedAt: z.string(), url: z.string().optional() });
type Owner = z.infer<typeof ownerSchema>;

const OWNER_FILE = "owner.json";

/** Two who claim at the same moment would refuse each other; this wait, in milliseconds, lets one of them win. */
const TIE_BREAK_MS = 100;

/** Keeps locks from being closed by the garbage collector where a caller drops its lease. */
const held = new Set<DatabaseSync>();

/**
 * Makes this process the owner of the folder until it releases it or dies, creating the folder where it is missing.
 * @throws TuttiError `in-use` if it has an owner, who is named; `misconfigured` if it cannot be written to.
 */
export async function claimDataFolder(folder: string): Promise<DataFolderLease> {
  const place = path.resolve(folder);
  const lock = lockFile(place);
  held.add(lock);
  const ownerFile = path.join(place, OWNER_FILE);
  const owner: Owner = { pid: process.pid, startedAt: new Date().toISOString() };
  const introduce = (details: Owner): void => {
    writeFileSync(`${ownerFile}.new`, JSON.stringify(details));
    renameSync(`${ownerFile}.new`, ownerFile);
  };
  const release = (): void => {
    if (!held.delete(lock)) return;
    rmSync(ownerFile, { force: true });
    lock.close();
  };
  try {
    introduce(owner);
  } catch (error) {
    release();
    throw unusable(place, error);
  }
  return {
    setUrl: (url) => introduce({ ...owner, url }),
    release: async () => release(),
  };
}

/**
 * The operating system drops SQLite's lock with the process, however that ends, so a lock is never left behind. Nobody
 * may open this file in another way: closing any other handle of it would drop the lock, too.
 */
function lockFile(folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = new DatabaseSync(path.join(folder, "owner.lock"), { timeout: TIE_BREAK_MS });
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    throw isBusy(error) ? inUse(folder, error) : unusable(folder, error);
  }
}

function inUse(folder: string, cause: unknown): TuttiError {
  const owner = ownerOf(folder);
  const who = owner ? `process ${owner.pid}${owner.url ? `, which serves at ${owner.url}` : ""}` : "another process";
  const message = `The data folder ${folder} belongs to ${who}. Stop it, or set TUTTI_DATA to another folder.`;
  return new TuttiError("in-use", message, { cause });
}

function unusable(folder: string, cause: unknown): TuttiError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `The data folder ${folder} cannot be written to (${why}). Mend that, or set TUTTI_DATA to another folder.`;
  return new TuttiError("misconfigured", message, { cause });
}

function ownerOf(folder: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(path.join(folder, OWNER_FILE), "utf8")));
  } catch {
    // It is only there to name the owner: the lock, not this file, says whether there is one.
    return undefined;
  }
}
