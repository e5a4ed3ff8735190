import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { openFolderAssetStore } from "../../../src/adapters/folder/asset-store.ts";
import { assetStoreContract, describedAs } from "../../contracts/asset-store.contract.ts";
import { open } from "../../fakes/open-folder-asset-store.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";

const module = new URL("../../fakes/open-folder-asset-store.ts", import.meta.url);
assetStoreContract({ name: "folder asset store", open, module });

describe("folder asset store: the folder", () => {
  it("removes at its opening what an interrupted upload left more than an hour ago, and nothing younger", async () => {
    const { folder, remove } = await temporaryFolder();
    const unfinished = path.join(folder, "tmp");
    await mkdir(unfinished);
    for (const [file, minutes] of Object.entries({ old: 61, young: 59 })) {
      await writeFile(path.join(unfinished, file), "half of it");
      const then = new Date(Date.now() - minutes * 60_000);
      await utimes(path.join(unfinished, file), then, then);
    }
    await openFolderAssetStore({ folder }).close();
    expect(await readdir(unfinished)).toEqual(["young"]);
    await remove();
  });

  it("storing again heals an asset whose bytes were lost or cut short", async () => {
    const harness = await open();
    const put = () =>
      harness.store.put(Readable.from(["hello"]), { tenant: "default", describe: describedAs("hello") });
    const { id } = await put();
    const blob = (await harness.kept()).find((file) => file.endsWith(id)) ?? "";
    for (const spoil of [() => rm(blob), () => rm(blob).then(() => writeFile(blob, "he"))]) {
      await spoil();
      await put();
      expect(await readFile(blob, "utf8")).toBe("hello");
    }
    await harness.close();
  });

  it("keeps bytes that nobody can change by accident", async () => {
    const harness = await open();
    const { id } = await harness.store.put(Readable.from(["hello"]), {
      tenant: "default",
      describe: describedAs("hello"),
    });
    const { path: file } = await harness.store.localFile("default", id);
    expect((await stat(file)).mode & 0o222).toBe(0);
    await harness.close();
  });
});
