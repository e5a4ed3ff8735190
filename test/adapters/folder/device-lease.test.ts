/** A sceptic would say: two workers get one device, or a killed worker keeps its device for ever. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFileDeviceLeases } from "../../../src/adapters/folder/device-lease.ts";
import { rejection } from "../../contracts/contract.ts";
import { startChild, type Child } from "../../fakes/child.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";

const devices = [
  { name: "0", memoryMiB: 1000 },
  { name: "MIG-GPU-1/2/3", memoryMiB: 2000 },
];

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let folder = "";
const children: Child[] = [];

beforeEach(async () => {
  temporary = await temporaryFolder();
  folder = path.join(temporary.folder, "devices");
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  await temporary.remove();
});

async function kill(child: Child): Promise<void> {
  child.process.kill("SIGKILL");
  await child.ended;
}

async function startWorker(text: string): Promise<{ readonly child: Child; readonly said: unknown }> {
  const child = startChild("lease-device-until-killed.ts", folder, text);
  children.push(child);
  return { child, said: (await child.lines.next()).value };
}

describe("leasing a device", () => {
  it("gives each to one, in the order of the list, until it is released", async () => {
    const leases = createFileDeviceLeases({ folder });
    const first = await leases.lease(devices);
    const second = await createFileDeviceLeases({ folder }).lease(devices);
    expect([first.device, second.device]).toEqual(devices);
    const error = await rejection(leases.lease(devices));
    expect(error).toMatchObject({ code: "misconfigured", message: expect.stringContaining("0, MIG-GPU-1/2/3") });
    await first.release();
    await first.release();
    const third = await leases.lease(devices);
    expect(third.device).toEqual(devices[0]);
    expect(await rejection(leases.lease(devices))).toMatchObject({ code: "misconfigured" });
    await Promise.all([second.release(), third.release()]);
  });

  it("gives different ones to workers that start at the same moment, and a killed worker's to the next", async () => {
    const text = "0:1000,1:1000";
    const workers = await Promise.all([startWorker(text), startWorker(text), startWorker(text)]);
    expect(new Set(workers.map(({ said }) => said))).toEqual(new Set(["0", "1", "misconfigured"]));
    const doomed = workers.find(({ said }) => said === "1");
    if (doomed) await kill(doomed.child);
    expect((await startWorker(text)).said).toBe("1");
  });

  it("says how to get one where there is none, and what keeps the folder from being used", async () => {
    const none = await rejection(createFileDeviceLeases({ folder }).lease([]));
    expect(none).toMatchObject({ code: "misconfigured", message: expect.stringContaining("TUTTI_DEVICES") });
    const file = path.join(temporary.folder, "file");
    await writeFile(file, "");
    const unusable = await rejection(createFileDeviceLeases({ folder: file }).lease(devices));
    expect(unusable).toMatchObject({ code: "misconfigured", message: expect.stringContaining(file) });
  });
});
