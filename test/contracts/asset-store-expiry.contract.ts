/** What every asset store promises about expiry: what is used stays, what isn't goes whole, and no grant is without bytes. */
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { describe, expect } from "vitest";
import type { Asset } from "../../src/assets/asset.ts";
import type { AssetStore } from "../../src/ports/asset-store.ts";
import { describedAs, type AssetStoreContract } from "./asset-store.contract.ts";
import { contractTests, pause, rejection } from "./contract.ts";

const NOTHING = { grants: 0, blobs: 0, bytes: 0 };
const UNKNOWN = "0".repeat(64);

function put(store: AssetStore, bytes: string | Buffer, tenant = "default", name = "first"): Promise<Asset> {
  return store.put(Readable.from([Buffer.from(bytes)]), { tenant, describe: describedAs(name) });
}

/** A moment after what was done and before what comes; the clocks of file systems are coarse. */
async function moment(): Promise<number> {
  await pause(50);
  const now = Date.now();
  await pause(50);
  return now;
}

export function assetStoreExpiryContract({ name, open, skip }: AssetStoreContract): void {
  const { check, verifySkips } = contractTests(open, skip);

  describe(`${name}: expiry`, () => {
    check("removes what was last used before then, bytes and all, and says how much", async ({ store, kept }) => {
      const old = await put(store, "12345");
      const cut = await moment();
      const young = await put(store, "abc");
      expect(await store.expire(cut)).toEqual({ grants: 1, blobs: 1, bytes: 5 });
      expect(await store.find("default", old.id)).toBeUndefined();
      expect(await rejection(store.read("default", old.id))).toMatchObject({ code: "unknown-asset" });
      expect(await text(await store.read("default", young.id))).toBe("abc");
      expect(await store.expire(cut)).toEqual(NOTHING);
      await store.expire(await moment());
      expect(await kept()).toEqual([]);
    });

    check("storing again is a use, and so is a touch", async ({ store, peer }) => {
      const [stored, touched, forgotten] = await Promise.all(["a", "b", "c"].map((bytes) => put(store, bytes)));
      const cut = await moment();
      await put(store, "a", "default", "second");
      const other = await peer();
      expect(await other.touch("default", [touched?.id ?? ""])).toEqual([]);
      expect(await store.expire(cut)).toEqual({ grants: 1, blobs: 1, bytes: 1 });
      expect(await store.find("default", stored?.id ?? "")).toEqual(stored);
      expect(await store.find("default", touched?.id ?? "")).toEqual(touched);
      expect(await store.find("default", forgotten?.id ?? "")).toBeUndefined();
      await other.close();
    });

    check("a touch tells which assets the tenant doesn't have", async ({ store }) => {
      const mine = await put(store, "mine");
      const expired = await put(store, "expired");
      const cut = await moment();
      await store.touch("default", [mine.id]);
      await store.expire(cut);
      const theirs = await put(store, "theirs", "other");
      const missing = [theirs.id, expired.id, UNKNOWN, "../../etc/passwd", ""];
      expect(await store.touch("default", [...missing, mine.id])).toEqual(missing);
      expect(await store.touch("default", [])).toEqual([]);
      expect(await store.find("default", theirs.id)).toBeUndefined();
      expect(await rejection(store.touch("../other", [theirs.id]))).toMatchObject({ code: "invalid-request" });
    });

    check("bytes stay as long as any tenant is granted them", async ({ store }) => {
      const { id } = await put(store, "shared", "alice");
      await put(store, "shared", "bob");
      const cut = await moment();
      await store.touch("bob", [id]);
      expect(await store.expire(cut)).toEqual({ ...NOTHING, grants: 1 });
      expect(await store.find("alice", id)).toBeUndefined();
      expect(await text(await store.read("bob", id))).toBe("shared");
      expect(await store.expire(await moment())).toEqual({ grants: 1, blobs: 1, bytes: 6 });
    });

    check("the same bytes can be stored anew, and are described anew", async ({ store }) => {
      await put(store, "x");
      await store.expire(await moment());
      const again = await put(store, "x", "default", "second");
      expect(again.name).toBe("second");
      expect(await text(await store.read("default", again.id))).toBe("x");
    });

    check("what is being read is read to its end", async ({ store }) => {
      const bytes = Buffer.alloc(2 ** 20, "tutti");
      const { id } = await put(store, bytes);
      const stream = await store.read("default", id);
      expect(await store.expire(await moment())).toMatchObject({ blobs: 1 });
      expect((await buffer(stream)).equals(bytes)).toBe(true);
    });

    check("of hundreds, those that are used stay", async ({ store }) => {
      const assets = await Promise.all(
        Array.from({ length: 300 }, (_, n) => put(store, `bytes ${n}`, `tenant-${n % 3}`)),
      );
      const cut = await moment();
      const used = assets.filter((_, n) => n % 7 === 0);
      for (const [n, { id }] of assets.entries()) if (n % 7 === 0) await store.touch(`tenant-${n % 3}`, [id]);
      expect(await store.expire(cut)).toMatchObject({ grants: 300 - used.length, blobs: 300 - used.length });
      const found = await Promise.all(assets.map(({ id }, n) => store.find(`tenant-${n % 3}`, id)));
      expect(found.filter((asset) => asset !== undefined)).toEqual(used);
    });

    check(
      "whatever stores, touches and expires at once, every grant that is left has its bytes",
      async ({ store, peer }) => {
        const other = await peer();
        const stores = [store, other];
        const stop = new AbortController();
        const expiring = stores.map(async (one) => {
          while (!stop.signal.aborted) await one.expire(Date.now() + 1000);
        });
        const storing = Array.from({ length: 8 }, async (_, worker) => {
          for (let round = 0; round < 25; round++) {
            const one = stores[(worker + round) % 2] ?? store;
            const { id } = await put(one, `bytes ${round % 3}`, `tenant-${worker % 3}`);
            await one.touch(`tenant-${(worker + 1) % 3}`, [id]);
          }
        });
        await Promise.all(storing);
        stop.abort();
        await Promise.all(expiring);
        const ids = (await Promise.all([0, 1, 2].map((n) => put(store, `bytes ${n}`, "last")))).map(({ id }) => id);
        for (const tenant of ["tenant-0", "tenant-1", "tenant-2", "last"]) {
          for (const [n, id] of ids.entries()) {
            if (await store.find(tenant, id)) expect(await text(await store.read(tenant, id))).toBe(`bytes ${n}`);
          }
        }
        await other.close();
      },
    );
  });
  verifySkips();
}
