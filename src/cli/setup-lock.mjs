/** Keeps two set-ups of one folder apart. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 300;

/**
 * Waits until no other set-up of this folder runs. The lock is a folder, since making one is atomic everywhere; it
 * lies in the system's temporary folder, since the set-up replaces all of `node_modules`. A lock whose processes are
 * dead, or that is older than any set-up may take, is put aside.
 * @param {string} root
 * @param {{ oldestMs: number, onWait: () => void }} options
 * @returns {Promise<{ add: (pid: number) => void, release: () => void }>} `add` names another process that holds it
 */
export async function lockFolder(root, { oldestMs, onWait }) {
  const name = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const lock = path.join(os.tmpdir(), `tutti-setup-${os.userInfo().uid}-${name}`);
  const holders = [process.pid];
  const record = () => writeFileSync(path.join(lock, "holders"), holders.join("\n"));
  for (let waited = false; !take(lock); waited = true) {
    if (!waited && !isStale(lock, oldestMs)) onWait();
    if (isStale(lock, oldestMs)) putAside(lock, oldestMs);
    else await sleep(POLL_MS);
  }
  record();
  return {
    add: (pid) => {
      holders.push(pid);
      record();
    },
    release: () => rmSync(lock, { recursive: true, force: true }),
  };
}

/** @param {string} lock */
function take(lock) {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} lock @param {number} oldestMs */
function isStale(lock, oldestMs) {
  try {
    const age = Date.now() - statSync(lock).mtimeMs;
    const holders = readHolders(lock);
    // Between making the folder and writing into it there is a moment without holders.
    if (holders.length === 0) return age > 10_000;
    return age > oldestMs || !holders.some(isAlive);
  } catch (error) {
    if (error.code === "ENOENT") return false;
    throw error;
  }
}

/** @param {string} lock @returns {number[]} */
function readHolders(lock) {
  try {
    return readFileSync(path.join(lock, "holders"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * Of several processes that find a lock stale, a renaming lets only one remove it. Should it turn out that a quicker
 * one had done so already, and this is that one's fresh lock, it is given back.
 * @param {string} lock
 * @param {number} oldestMs
 */
function putAside(lock, oldestMs) {
  const aside = `${lock}-stale-${process.pid}`;
  try {
    renameSync(lock, aside);
    if (isStale(aside, oldestMs)) rmSync(aside, { recursive: true, force: true });
    else renameSync(aside, lock);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  }
}
