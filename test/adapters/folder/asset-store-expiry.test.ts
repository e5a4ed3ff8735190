/** Can bytes be removed from under a grant, by an expiry in another process or by one that is killed half-way? */
import { existsSync, rmSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { openFolderAssetStore } from "../../../src/adapters/folder/asset-store.ts";
import type { Asset } from "../../../src/assets/asset.ts";
import type { AssetStore } from "../../../src/ports/asset-store.ts";
import { describedAs } from "../../contracts/asset-store.contract.ts";
import { assetStoreExpiryContract } from "../../contracts/asset-store-expiry.contract.ts";
import { startChild } from "../../fakes/child.ts";
import { open } from "../../fakes/open-folder-asset-store.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";

const module = new URL("../../fakes/open-folder-asset-store.ts", import.meta.url);
assetStoreExpiryContract({ name: "folder asset store", open, module });

const HOUR = 3_600_000;

function put(store: AssetStore, bytes: string, tenant = "default"): Promise<Asset> {
  return store.put(Readable.from([bytes]), { tenant, describe: describedAs("a") });
}

describe("folder asset store: expiry in other processes", () => {
  it("never takes the bytes of what was stored", { timeout: 120_000 }, async () => {
    const { folder, remove } = await temporaryFolder();
    // What these two store was used in an hour, so that the others may not expire it; their own expiry ends a round.
    const now = (): number => Date.now() + HOUR;
    const stores = [openFolderAssetStore({ folder, now }), openFolderAssetStore({ folder, now })];
    // What this one stores may be gone as soon as it is there: it leaves bytes that nobody is granted.
    const passing = openFolderAssetStore({ folder });
    const rivals = [1, 2].map(() => startChild("expire-until-killed.ts", folder));
    await Promise.all(rivals.map(({ lines }) => lines.next()));
    let stored = 0;
    try {
      for (let round = 0; round < 20; round++) {
        const storing = Array.from({ length: 12 }, async (_, n) => {
          const bytes = `bytes ${n % 2}`;
          const store = stores[n % 2] ?? passing;
          const tenant = `tenant-${n}`;
          await put(passing, bytes, `passing-${n % 4}`);
          const { id } = await put(store, bytes, tenant);
          expect(await store.find(tenant, id)).toMatchObject({ id });
          expect(await text(await store.read(tenant, id))).toBe(bytes);
          expect(await store.touch(tenant, [id])).toEqual([]);
          stored += 1;
        });
        await Promise.all(storing);
        await stores[0]?.expire(Date.now() + 3 * HOUR);
      }
    } finally {
      for (const { process: rival } of rivals) rival.kill("SIGKILL");
    }
    expect(stored).toBe(240);
    const endings = await Promise.all(rivals.map(({ ended }) => ended));
    expect(endings.map(({ signal }) => signal)).toEqual(["SIGKILL", "SIGKILL"]);
    await remove();
  });

  it("that takes bytes between their being stored and their being granted makes them be stored again", async () => {
    const { folder, remove } = await temporaryFolder();
    const blobs = path.join(folder, "blobs");
    let thefts = 0;
    // The clock is asked when the bytes are in place and the grant is about to be made.
    const now = (): number => {
      if (thefts < 2 && existsSync(blobs)) rmSync(blobs, { recursive: true });
      thefts += 1;
      return Date.now();
    };
    const store = openFolderAssetStore({ folder, now });
    const { id } = await put(store, "x");
    expect(thefts).toBeGreaterThan(2);
    expect(await text(await store.read("default", id))).toBe("x");
    await remove();
  });

  it("does not take bytes that are granted after it has seen that nobody is", { timeout: 60_000 }, async () => {
    const { folder, remove } = await temporaryFolder();
    const store = openFolderAssetStore({ folder, now: () => Date.now() + HOUR });
    const peer = openFolderAssetStore({ folder });
    const { id } = await put(store, "x", "tenant-0");
    const grantOf = (tenant: string): string => path.join(folder, "tenants", tenant, id.slice(0, 2), `${id}.json`);
    const expireIn = async (turns: number): Promise<void> => {
      for (let turn = 0; turn < turns; turn++) await stat(folder);
      await peer.expire(Date.now() + 1000);
    };
    for (let round = 0; round < 120; round++) {
      await rm(grantOf(`tenant-${round % 5}`));
      const tenant = `tenant-${(round + 1) % 5}`;
      // Storing takes some twenty steps: the expiry begins at every one of them.
      await Promise.all([put(store, "x", tenant), expireIn(round % 30), expireIn((round * 7) % 30)]);
      expect(await text(await store.read(tenant, id))).toBe("x");
    }
    await remove();
  });

  it("does not take a grant that is used at the same moment", { timeout: 60_000 }, async () => {
    const { folder, remove } = await temporaryFolder();
    const store = openFolderAssetStore({ folder });
    const peer = openFolderAssetStore({ folder });
    const { id } = await put(store, "x");
    const file = path.join(folder, "tenants", "default", id.slice(0, 2), `${id}.json`);
    let kept = 0;
    for (let round = 0; round < 200; round++) {
      await put(store, "x");
      await utimes(file, 0, 0);
      const [missing] = await Promise.all([store.touch("default", [id]), peer.expire(HOUR), store.expire(HOUR)]);
      if (missing.length > 0) continue;
      kept += 1;
      expect(await text(await peer.read("default", id))).toBe("x");
    }
    expect(kept).toBeGreaterThan(0);
    await remove();
  });
});

describe("folder asset store: an expiry that was killed", () => {
  /** As it is after an expiry put both aside and died. */
  async function halfExpired(age: number) {
    const { folder, remove } = await temporaryFolder();
    const store = openFolderAssetStore({ folder });
    const asset = await put(store, "precious");
    const { id } = asset;
    const [blob, grant, aside] = [
      path.join(folder, "blobs", id.slice(0, 2), id),
      path.join(folder, "tenants", "default", id.slice(0, 2), `${id}.json`),
      path.join(folder, "aside"),
    ];
    const then = (Date.now() - age) / 1000;
    await utimes(grant, then, then);
    await utimes(blob, then, then);
    const putAside = async (what: "grant" | "blob"): Promise<void> =>
      what === "grant"
        ? rename(grant, path.join(aside, `default.${id}.dead`))
        : rename(blob, path.join(aside, `.${id}.dead`));
    return { store, asset, id, blob, grant, aside, putAside, remove };
  }

  it("leaves bytes that can be read still, and that the next expiry puts back", async () => {
    const { store, id, blob, aside, putAside, remove } = await halfExpired(2 * HOUR);
    await putAside("blob");
    expect(await text(await store.read("default", id))).toBe("precious");
    await putAside("blob");
    expect(await readFile((await store.localFile("default", id)).path, "utf8")).toBe("precious");
    await putAside("blob");
    expect(await store.expire(Date.now() - 3 * HOUR)).toEqual({ grants: 0, blobs: 0, bytes: 0 });
    expect(await readFile(blob, "utf8")).toBe("precious");
    expect(await readdir(aside)).toEqual([]);
    await remove();
  });

  it("leaves a grant that can be used still, and that the next expiry puts back if it is young enough", async () => {
    const { store, asset, id, grant, aside, putAside, remove } = await halfExpired(2 * HOUR);
    await putAside("grant");
    await putAside("blob");
    expect(await store.find("default", id)).toEqual(asset);
    expect(await store.expire(Date.now() - 3 * HOUR)).toEqual({ grants: 0, blobs: 0, bytes: 0 });
    expect(await store.find("default", id)).toEqual(asset);
    expect(await readdir(aside)).toEqual([]);
    await putAside("grant");
    expect(await store.touch("default", [id])).toEqual([]);
    expect(Date.now() - (await stat(grant)).mtimeMs).toBeLessThan(HOUR);
    await remove();
  });

  it("has its work ended by the next one", async () => {
    const { store, id, aside, putAside, remove } = await halfExpired(2 * HOUR);
    await putAside("grant");
    await putAside("blob");
    expect(await store.expire(Date.now() - HOUR)).toEqual({ grants: 1, blobs: 1, bytes: 8 });
    expect(await store.find("default", id)).toBeUndefined();
    expect(await readdir(aside)).toEqual([]);
    await remove();
  });
});

describe("folder asset store: what expiry sweeps up besides", () => {
  it("is what interrupted uploads left, and nothing that isn't the store's", async () => {
    const { folder, remove } = await temporaryFolder();
    const store = openFolderAssetStore({ folder });
    const { id } = await put(store, "x");
    const shard = path.join(folder, "tenants", "default", id.slice(0, 2));
    await mkdir(path.join(folder, "tenants", ".hidden"));
    for (const stray of [path.join(shard, "notes.txt"), path.join(folder, "tenants", ".hidden", "x")]) {
      await writeFile(stray, "stray");
      await utimes(stray, 0, 0);
    }
    const old = path.join(folder, "tmp", "old");
    await writeFile(old, "half of it");
    await utimes(old, 0, 0);
    expect(await store.expire(HOUR)).toEqual({ grants: 0, blobs: 0, bytes: 0 });
    expect(await readdir(path.join(folder, "tmp"))).toEqual([]);
    expect(await readdir(shard)).toEqual(expect.arrayContaining(["notes.txt", `${id}.json`]));
    await remove();
  });
});
