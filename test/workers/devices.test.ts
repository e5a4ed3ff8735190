/** A sceptic would say: a typo makes a device of 0 MiB, a hanging driver hangs the worker, or a batch is admitted that can't fit. */
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { detectDevices, largestBatch, parseDevices } from "../../workers/devices.ts";
import { DeviceTurns } from "../../workers/device-turns.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";
import { scriptedCard, textTask } from "../fakes/scripted-experts.ts";

describe("devices in a setting", () => {
  it("are read with their memory; names that no GPU has are virtual", () => {
    expect(parseDevices("0:24576, GPU-8f3c:81920,test:2000,")).toEqual([
      { name: "0", memoryMiB: 24576 },
      { name: "GPU-8f3c", memoryMiB: 81920 },
      { name: "test", memoryMiB: 2000, virtual: true },
    ]);
    expect(parseDevices(" ")).toEqual([]);
  });

  it.each(["0", "0:", ":5", "0:much", "0:-5", "0:0", "0:1.5", "a b:5", "0:5:6", "0:5,0:6"])("%s is refused", (text) => {
    expect(() => parseDevices(text)).toThrow(
      expect.objectContaining({ code: "misconfigured", message: expect.stringContaining("TUTTI_DEVICES") }),
    );
  });
});

describe("looking for devices", () => {
  async function detectWith(script: string) {
    const { folder, remove } = await temporaryFolder();
    const command = join(folder, "nvidia-smi");
    await writeFile(command, `#!/bin/sh\n${script}\n`);
    await chmod(command, 0o755);
    const problems: string[] = [];
    const devices = await detectDevices({ command, onProblem: (problem) => problems.push(problem) });
    await remove();
    return { devices, problems };
  }

  it("reads what nvidia-smi prints, and leaves out what tells no memory", async () => {
    expect(
      await detectWith(`[ "$1" = "--query-gpu=index,memory.total" ] && printf '0, 24576\\n1, [N/A]\\n2, 8192\\n'`),
    ).toEqual({
      devices: [
        { name: "0", memoryMiB: 24576 },
        { name: "2", memoryMiB: 8192 },
      ],
      problems: [],
    });
  });

  it("finds none where there is no such command, and tells where it is broken", async () => {
    const problems: string[] = [];
    const onProblem = (problem: string): number => problems.push(problem);
    expect(await detectDevices({ command: "no-such-nvidia-smi", onProblem })).toEqual([]);
    expect(problems).toEqual([]);
    const broken = await detectWith("echo no driver >&2; exit 9");
    expect(broken.devices).toEqual([]);
    expect(broken.problems.join("")).toContain("no driver");
  });

  it("gives up on a driver that hangs", async () => {
    const { devices, problems } = await detectWith("exec sleep 60");
    expect(devices).toEqual([]);
    expect(problems).toHaveLength(1);
  });
});

describe("what fits on a device", () => {
  const device = { name: "test", memoryMiB: 2000 };
  const expertOf = (memoryMiB: number, batch?: { readonly max: number; readonly memoryMiB: number }) =>
    scriptedCard("a/b", textTask, {
      limits: { timeoutMs: 1, concurrency: 1, memoryMiB, ...(batch && { batch: { waitMs: 0, ...batch } }) },
    });

  it("is what the memory beside the model holds, and no more than the card says", () => {
    expect(largestBatch(expertOf(2000), device)).toBe(1);
    expect(largestBatch(expertOf(1500, { max: 16, memoryMiB: 100 }), device)).toBe(5);
    expect(largestBatch(expertOf(1500, { max: 4, memoryMiB: 100 }), device)).toBe(4);
    expect(largestBatch(expertOf(2000, { max: 16, memoryMiB: 0 }), device)).toBe(16);
  });

  it("can be nothing", () => {
    const unavailable = (numbers: RegExp) =>
      expect.objectContaining({ code: "expert-unavailable", message: expect.stringMatching(numbers) });
    expect(() => largestBatch(expertOf(2001), device)).toThrow(unavailable(/2001 MiB.*2000 MiB/));
    expect(() => largestBatch(expertOf(1990, { max: 4, memoryMiB: 11 }), device)).toThrow(
      unavailable(/2001 MiB.*2000 MiB/),
    );
  });
});

it("turns on a device come one after another, in order, and their time is counted", async () => {
  const turns = new DeviceTurns();
  const order: string[] = [];
  const use = async (name: string): Promise<void> => {
    const leave = await turns.take();
    order.push(`${name} in`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push(`${name} out`);
    leave();
  };
  await Promise.all([use("a"), use("b"), use("c")]);
  expect(order).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
  const { busyMs, sinceMs } = turns.time();
  expect(busyMs).toBeGreaterThanOrEqual(12);
  expect(sinceMs).toBeGreaterThanOrEqual(busyMs);
});
