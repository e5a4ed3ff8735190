/** One process per device and machine, held by a lock that dies with the process. */
import { chmodSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { TuttiError } from "../../errors.ts";
import type { Device, DeviceLease, DeviceLeases } from "../../ports/device-lease.ts";
import { isBusy } from "../sqlite/busy.ts";

export interface FileDeviceLeasesOptions {
  /**
   * Folder of the locks, on a disk of this machine. Only those who use the same folder respect each other.
   * @default `tutti-devices` in the system's folder for temporary files
   */
  readonly folder?: string;
}

/** Two who claim at the same moment would refuse each other; this wait, in milliseconds, lets one of them win. */
const TIE_BREAK_MS = 100;

/** Keeps locks from being closed by the garbage collector where a caller drops its lease. */
const held = new Set<DatabaseSync>();

export function createFileDeviceLeases({
  folder = path.join(tmpdir(), "tutti-devices"),
}: FileDeviceLeasesOptions = {}): DeviceLeases {
  return {
    async lease(devices) {
      if (devices.length === 0) {
        const fix = "Install the driver, or name the devices in TUTTI_DEVICES as NAME:MIB,...";
        throw new TuttiError("misconfigured", `No device was found for the gpu lane. ${fix}`);
      }
      makeFolder(folder);
      for (const device of devices) {
        const lock = tryLock(folder, device);
        if (lock) return leaseOf(device, lock);
      }
      const names = devices.map(({ name }) => name).join(", ");
      const fix = "Stop one of these, or start this one without the gpu lane.";
      throw new TuttiError("misconfigured", `Other processes have every device of this machine (${names}). ${fix}`);
    },
  };
}

function leaseOf(device: Device, lock: DatabaseSync): DeviceLease {
  held.add(lock);
  return {
    device,
    release: async () => {
      if (held.delete(lock)) lock.close();
    },
  };
}

/** Devices belong to the machine, not to one of its users, so all may lock. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw unusable(folder, error);
  }
  openToAll(folder, 0o1777);
}

/**
 * The operating system drops SQLite's lock with the process, however that ends. Nobody may open this file in another
 * way: closing any other handle of it would drop the lock, too.
 * @returns undefined where another holds it
 */
function tryLock(folder: string, { name }: Device): DatabaseSync | undefined {
  const file = path.join(folder, `${encodeURIComponent(name)}.lock`);
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file, { timeout: TIE_BREAK_MS });
    openToAll(file, 0o666);
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    if (isBusy(error)) return undefined;
    throw unusable(folder, error);
  }
}

/** Only its owner can; who made it did. */
function openToAll(file: string, mode: number): void {
  try {
    chmodSync(file, mode);
  } catch {
    // It belongs to somebody else.
  }
}

function unusable(folder: string, cause: unknown): TuttiError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TuttiError("misconfigured", `The folder of device locks ${folder} cannot be used (${why}).`, { cause });
}
