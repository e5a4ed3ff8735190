/** A sceptic would say: a lock file outlives a killed owner, or two that start at once both believe they won. */
import { stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimDataFolder } from "../../../src/adapters/folder/data-folder.ts";
import { rejection } from "../../contracts/contract.ts";
import { startChild, type Child } from "../../fakes/child.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";

const URL_OF_OWNER = "http://127.0.0.1:8080";

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let folder = "";

beforeEach(async () => {
  temporary = await temporaryFolder();
  folder = path.join(temporary.folder, "data", "tutti");
});
afterEach(() => temporary.remove());

async function kill(child: Child): Promise<void> {
  child.process.kill("SIGKILL");
  await child.ended;
}

describe("claiming a data folder", () => {
  it("makes the folder, for its owner's eyes only", async () => {
    const lease = await claimDataFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await lease.release();
  });

  it("fails for a second claim of the same process, until the first is released", async () => {
    const lease = await claimDataFolder(folder);
    lease.setUrl(URL_OF_OWNER);
    const error = await rejection(claimDataFolder(folder));
    expect(error).toMatchObject({ code: "in-use" });
    for (const part of [folder, `process ${process.pid}`, URL_OF_OWNER, "TUTTI_DATA"]) {
      expect(String(error)).toContain(part);
    }
    expect(await rejection(claimDataFolder(path.join(folder, "..", "tutti")))).toMatchObject({ code: "in-use" });
    await lease.release();
    await lease.release();
    const next = await claimDataFolder(folder);
    await lease.release();
    expect(await rejection(claimDataFolder(folder))).toMatchObject({ code: "in-use" });
    await next.release();
  });

  it("fails while another process has it, and works as soon as that is killed", async () => {
    const owner = startChild("claim-folder.ts", folder, URL_OF_OWNER);
    expect((await owner.lines.next()).value).toBe("claimed");
    const error = await rejection(claimDataFolder(folder));
    expect(error).toMatchObject({ code: "in-use" });
    expect(String(error)).toContain(`process ${owner.process.pid}, which serves at ${URL_OF_OWNER}`);
    await kill(owner);
    const lease = await claimDataFolder(folder);
    await lease.release();
  });

  it("of several processes that claim at once, exactly one wins", { timeout: 30_000 }, async () => {
    const children = Array.from({ length: 5 }, () => startChild("claim-folder.ts", folder));
    const answers = await Promise.all(children.map(async ({ lines }) => String((await lines.next()).value)));
    await Promise.all(children.map(kill));
    expect(answers.toSorted()).toEqual(["claimed", "in-use", "in-use", "in-use", "in-use"]);
  });

  it("names the folder that cannot be used, and what to do", async () => {
    const file = path.join(temporary.folder, "a-file");
    await writeFile(file, "x");
    for (const impossible of [file, path.join(file, "below")]) {
      const error = await rejection(claimDataFolder(impossible));
      expect(error).toMatchObject({ code: "misconfigured" });
      expect(String(error)).toContain(impossible);
      expect(String(error)).toContain("TUTTI_DATA");
    }
  });
});
