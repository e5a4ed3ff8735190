/** What runs the experts of this process, on the device that it leases where it serves the gpu lane. */
import { pathToFileURL } from "node:url";
import { detectDevices, parseDevices } from "../../workers/devices.ts";
import { createProcessPool, type DeviceUse, type ProcessPool } from "../../workers/process-pool.ts";
import { createFileDeviceLeases } from "../adapters/folder/device-lease.ts";
import type { Config } from "../config.ts";
import type { DeviceLease } from "../ports/device-lease.ts";

export interface RunnerOptions {
  readonly servesGpu: boolean;
  /** Told what an operator should know. */
  readonly warn: (message: string) => void;
}

/** @throws TuttiError `misconfigured` where other processes have all devices, or TUTTI_DEVICES is wrong */
export async function openRunner(config: Config, { servesGpu, warn }: RunnerOptions): Promise<ProcessPool> {
  const lease = servesGpu ? await leaseDevice(config, warn) : undefined;
  const pool = createProcessPool({
    modules: config.expertModules.map((path) => pathToFileURL(path)),
    maxMemoryMiB: config.modelMemoryMiB,
    device: lease?.device,
    warn,
  });
  return {
    ...pool,
    async close() {
      await pool.close();
      await lease?.release();
    },
  };
}

const WATCH_EVERY_MS = 60_000;

/** Tells how busy the device was, every minute in which it was. @returns what ends it, after telling once more */
export function watchDevice(pool: ProcessPool, tell: (use: DeviceUse, percent: number) => void): () => void {
  let before = pool.deviceUse();
  if (!before) return () => {};
  const look = (): void => {
    const use = pool.deviceUse();
    if (!use || !before || use.busyMs === before.busyMs) return;
    tell(use, Math.round((100 * (use.busyMs - before.busyMs)) / (use.sinceMs - before.sinceMs)));
    before = use;
  };
  const timer = setInterval(look, WATCH_EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    look();
  };
}

async function leaseDevice({ devices }: Config, warn: RunnerOptions["warn"]): Promise<DeviceLease | undefined> {
  const known = devices === undefined ? await detectDevices({ onProblem: warn }) : parseDevices(devices);
  if (known.length > 0) return createFileDeviceLeases().lease(known);
  warn("No device was found: of the gpu lane, only experts on other servers work. TUTTI_DEVICES names devices.");
  return undefined;
}
