/** Which devices there are for the gpu lane, and what fits on one. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { TuttiError } from "../src/errors.ts";
import type { Device } from "../src/ports/device-lease.ts";
import type { ExpertCard } from "../src/registry/expert-card.ts";

/** Milliseconds. */
const DETECTION_LIMIT_MS = 5000;
/** What CUDA itself takes for a device: an index, or the identifier of a GPU or of a part of one. */
const REAL_NAME = /^(?:\d+|GPU-.+|MIG-.+)$/;
const memorySchema = z.coerce.number().int().positive();

/**
 * Reads `NAME:MIB,NAME:MIB`. A name that no GPU can have (`test`) stands for a virtual device.
 * @throws TuttiError `misconfigured`, naming what is wrong
 */
export function parseDevices(text: string): readonly Device[] {
  const devices = text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map(parseDevice);
  const names = devices.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw misconfigured(text, `${twice} is there twice`);
  return devices;
}

function parseDevice(entry: string): Device {
  const [, name = "", size] = /^([^\s:]+):\s*(\S+)$/.exec(entry) ?? [];
  const memory = memorySchema.safeParse(size);
  if (name === "" || !memory.success) throw misconfigured(entry, "a device is NAME:MIB, such as 0:24576");
  return deviceOf(name, memory.data);
}

function deviceOf(name: string, memoryMiB: number): Device {
  return { name, memoryMiB, ...(REAL_NAME.test(name) ? {} : { virtual: true }) };
}

function misconfigured(text: string, what: string): TuttiError {
  return new TuttiError("misconfigured", `wrong devices ${JSON.stringify(text)} (TUTTI_DEVICES): ${what}`);
}

export interface DetectionOptions {
  /** The command to ask; looked for on the PATH. @default "nvidia-smi" */
  readonly command?: string;
  /** Told why a command that is there gave no devices. */
  readonly onProblem?: (problem: string) => void;
}

/** The GPUs that NVIDIA's driver knows; none where there is no driver. */
export async function detectDevices({ command = "nvidia-smi", onProblem }: DetectionOptions = {}): Promise<
  readonly Device[]
> {
  const query = ["--query-gpu=index,memory.total", "--format=csv,noheader,nounits"];
  try {
    const { stdout } = await promisify(execFile)(command, query, {
      timeout: DETECTION_LIMIT_MS,
      killSignal: "SIGKILL",
    });
    return stdout.split("\n").flatMap((line) => {
      const [name = "", size] = line.split(",").map((cell) => cell.trim());
      const memory = memorySchema.safeParse(size);
      // A GPU that doesn't tell its memory can't be shared out.
      return name !== "" && memory.success ? [deviceOf(name, memory.data)] : [];
    });
  } catch (error) {
    const absent = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!absent) onProblem?.(`${command} did not tell the devices: ${String(error)}`);
    return [];
  }
}

/**
 * How many inputs of the expert a device takes at once when nothing else is on it.
 * @throws TuttiError `expert-unavailable` where not even one fits
 */
export function largestBatch({ id, limits }: Pick<ExpertCard, "id" | "limits">, { name, memoryMiB }: Device): number {
  const { max = 1, memoryMiB: each = 0 } = limits.batch ?? {};
  const left = memoryMiB - limits.memoryMiB;
  const most = left < each ? 0 : Math.min(max, each > 0 ? Math.floor(left / each) : max);
  if (most >= 1) return most;
  const needed = limits.memoryMiB + each;
  const message = `${id} needs ${needed} MiB, and the device ${name} has ${memoryMiB} MiB; use a larger device or a smaller model`;
  throw new TuttiError("expert-unavailable", message);
}
