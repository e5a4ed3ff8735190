/** What every asset store promises: bytes by their hash, access by grant, and nothing left of what went wrong. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import type { Asset } from "../../src/assets/asset.ts";
import { TuttiError } from "../../src/errors.ts";
import type { AssetStore } from "../../src/ports/asset-store.ts";
import { contractTests, rejection, type Closable, type ContractSkip } from "./contract.ts";

export interface AssetStoreHarness extends Closable {
  /** Empty at first. */
  readonly store: AssetStore;
  /** A second store over the same data, as another process would have it; closed by the test. */
  readonly peer: () => Promise<AssetStore>;
  /** Names of everything that is kept: bytes, grants, unfinished files. */
  readonly kept: () => Promise<readonly string[]>;
}

export interface AssetStoreContract {
  readonly name: string;
  readonly open: () => Promise<AssetStoreHarness>;
  /** A module whose export `open` does the same; it is imported by another process. */
  readonly module: URL;
  readonly skip?: readonly ContractSkip[];
}

type PutOptions = Parameters<AssetStore["put"]>[1];

/** So much that a store which holds it in memory, even for a part, is far from one that does not. */
const STREAM_MIB = 256;
const UNKNOWN = "0".repeat(64);
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Describes whatever it is as a text document of that name. */
export function describedAs(name: string): PutOptions["describe"] {
  return async (_file, id, bytes): Promise<Asset> => {
    const origin = { kind: "upload" } as const;
    return { id, type: "document", mediaType: "text/plain", bytes, name, createdAt: "2026-01-01T00:00:00Z", origin };
  };
}

const options = (changes: Partial<PutOptions> = {}): PutOptions => ({
  tenant: "default",
  describe: describedAs("first"),
  ...changes,
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  return error instanceof TuttiError ? error.code : String(error);
}

/** `pieces`, then a broken connection. */
function broken(...pieces: string[]): Readable {
  return Readable.from(
    (async function* () {
      yield* pieces.map((piece) => Buffer.from(piece));
      throw new Error("connection reset");
    })(),
  );
}

/** Bytes of which no stretch is like another. */
const bytesOf = (size: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * i + (i >> 7)) % 251));

export function assetStoreContract({ name, open, module, skip }: AssetStoreContract): void {
  const { check, verifySkips } = contractTests(open, skip);

  describe(`${name}: bytes`, () => {
    check("keeps bytes under their hash, and the description that was made of them", async ({ store }) => {
      const bytes = bytesOf(300_000);
      const describeIt: PutOptions["describe"] = async (file, id, size) => {
        expect(await readFile(file)).toEqual(bytes);
        return { ...(await describedAs("photo é.txt")(file, id, size)), width: 3, durationMs: 0.5 };
      };
      const asset = await store.put(Readable.from([bytes]), options({ describe: describeIt }));
      expect(asset).toMatchObject({
        id: sha256(bytes),
        bytes: 300_000,
        name: "photo é.txt",
        width: 3,
        durationMs: 0.5,
      });
      expect(await store.find("default", asset.id)).toEqual(asset);
      expect(await buffer(await store.read("default", asset.id))).toEqual(bytes);
    });

    check("takes streams of any cut, text and nothing at all", async ({ store }) => {
      for (const pieces of [[], ["a"], ["é", "", "\u{1F600}"], Array.from({ length: 500 }, (_, i) => `${i}\n`)]) {
        const asset = await store.put(Readable.from(pieces), options());
        const whole = Buffer.from(pieces.join(""));
        expect([asset.id, asset.bytes]).toEqual([sha256(whole), whole.length]);
        expect(await buffer(await store.read("default", asset.id))).toEqual(whole);
      }
    });

    check("gives a range, both ends included, and refuses one that is not there", async ({ store }) => {
      const bytes = bytesOf(1000);
      const { id } = await store.put(Readable.from([bytes]), options());
      for (const [start, end] of [
        [0, 0],
        [0, 999],
        [10, 19],
        [999, 999],
      ] as const) {
        expect(await buffer(await store.read("default", id, { start, end }))).toEqual(bytes.subarray(start, end + 1));
      }
      for (const [start, end] of [
        [-1, 5],
        [5, 4],
        [0, 1000],
        [1000, 1000],
        [0.5, 3],
        [0, Number.NaN],
      ] as const) {
        expect(await codeOf(store.read("default", id, { start, end }))).toBe("invalid-request");
      }
      const empty = await store.put(Readable.from([]), options());
      expect(await codeOf(store.read("default", empty.id, { start: 0, end: 0 }))).toBe("invalid-request");
    });

    check("gives a local file of the bytes", async ({ store }) => {
      const { id } = await store.put(Readable.from(["hello"]), options());
      const file = await store.localFile("default", id);
      expect(await readFile(file.path, "utf8")).toBe("hello");
      await file.release();
      await file.release();
      expect(await buffer(await store.read("default", id))).toEqual(Buffer.from("hello"));
    });

    check("is the same seen from another process", async ({ store, peer }) => {
      const asset = await store.put(Readable.from(["hello"]), options());
      const other = await peer();
      expect(await other.find("default", asset.id)).toEqual(asset);
      expect(await buffer(await other.read("default", asset.id))).toEqual(Buffer.from("hello"));
      await other.close();
    });

    check("a large stream goes through without being held in memory", async () => {
      const probe = fileURLToPath(new URL("asset-store-memory.ts", import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, [probe, module.href, String(STREAM_MIB)]);
      const { grownMiB, bytes } = JSON.parse(stdout);
      expect(bytes).toBe(STREAM_MIB * 2 ** 20);
      expect(grownMiB).toBeLessThan(STREAM_MIB / 3);
    });
  });

  describe(`${name}: what goes wrong`, () => {
    check("stops reading above the limit and keeps nothing", async ({ store, kept }) => {
      let read = 0;
      const endless = new Readable({
        read() {
          read += 1000;
          this.push(Buffer.alloc(1000, 1));
        },
      });
      expect(await codeOf(store.put(endless, options({ limit: 10_000 })))).toBe("too-large");
      expect(read).toBeLessThan(1_000_000);
      expect(await kept()).toEqual([]);
    });

    check("takes exactly as many bytes as the limit says", async ({ store }) => {
      expect(await store.put(Readable.from(["12345"]), options({ limit: 5 }))).toMatchObject({ bytes: 5 });
      expect(await codeOf(store.put(Readable.from(["123456"]), options({ limit: 5 })))).toBe("too-large");
    });

    check("a stream that breaks leaves nothing", async ({ store, kept }) => {
      expect(String(await rejection(store.put(broken("some", "bytes"), options())))).toContain("connection reset");
      const gone = new Readable({ read() {} });
      setTimeout(() => gone.destroy(), 5);
      await rejection(store.put(gone, options()));
      expect(await store.find("default", sha256(Buffer.from("somebytes")))).toBeUndefined();
      expect(await kept()).toEqual([]);
    });

    check("bytes that the description refuses are not kept, and the reason is told", async ({ store, kept }) => {
      const refused = new TuttiError("unsupported-media", "not such a file");
      const describeNothing = async (): Promise<Asset> => Promise.reject(refused);
      expect(await rejection(store.put(Readable.from(["x"]), options({ describe: describeNothing })))).toBe(refused);
      expect(await kept()).toEqual([]);
      expect(await store.put(Readable.from(["x"]), options())).toMatchObject({ bytes: 1 });
    });

    check("an id that is none, or a path, is an unknown asset", async ({ store }) => {
      const { id } = await store.put(Readable.from(["x"]), options());
      const bad = [
        UNKNOWN,
        "",
        "..",
        "../../etc/passwd",
        `../${id}`,
        `${id}/`,
        `${id}\n`,
        id.toUpperCase(),
        id.slice(1),
      ];
      for (const wrong of bad) {
        expect(await store.find("default", wrong)).toBeUndefined();
        expect(await codeOf(store.read("default", wrong))).toBe("unknown-asset");
        expect(await codeOf(store.localFile("default", wrong))).toBe("unknown-asset");
      }
    });

    check("a tenant's name that could be a path is refused", async ({ store, kept }) => {
      for (const tenant of ["", "..", "a/b", "A", "a b", "a\u0000", "x".repeat(65)]) {
        expect(await codeOf(store.put(Readable.from(["x"]), options({ tenant })))).toBe("invalid-request");
        expect(await codeOf(store.find(tenant, UNKNOWN))).toBe("invalid-request");
      }
      expect(await kept()).toEqual([]);
    });
  });

  describe(`${name}: grants`, () => {
    check("a tenant that did not store the bytes is answered as if they did not exist", async ({ store }) => {
      const { id } = await store.put(Readable.from(["secret"]), options({ tenant: "alice" }));
      expect(await store.find("bob", id)).toBeUndefined();
      const answers = await Promise.all([id, UNKNOWN].map((one) => rejection(store.read("bob", one))));
      const [known, unknown] = answers.map((error) => String(error).replaceAll(/[0-9a-f]{64}/g, "ID"));
      expect(known).toBe(unknown);
      expect(await codeOf(store.localFile("bob", id))).toBe("unknown-asset");
    });

    check("every tenant has its own description of the same bytes", async ({ store }) => {
      const alice = await store.put(Readable.from(["x"]), options({ tenant: "alice", describe: describedAs("hers") }));
      const bob = await store.put(Readable.from(["x"]), options({ tenant: "bob", describe: describedAs("his") }));
      expect(bob.id).toBe(alice.id);
      expect(await store.find("alice", alice.id)).toEqual(alice);
      expect(await store.find("bob", alice.id)).toMatchObject({ name: "his" });
    });

    check(
      "the same bytes again keep the tenant's first description, and take no more room",
      async ({ store, kept }) => {
        const first = await store.put(Readable.from(["x"]), options());
        const before = await kept();
        expect(await store.put(Readable.from(["x"]), options({ describe: describedAs("second") }))).toEqual(first);
        expect(await store.find("default", first.id)).toEqual(first);
        expect(await kept()).toEqual(before);
      },
    );

    check("the same bytes many times at once are one asset with one description", async ({ store, peer, kept }) => {
      const other = await peer();
      const bytes = bytesOf(100_000);
      const put = (n: number): Promise<Asset> => {
        const tenant = n % 3 ? "default" : "other";
        const pieces = Readable.from([bytes.subarray(0, 1000 * n), bytes.subarray(1000 * n)]);
        return (n % 2 ? store : other).put(pieces, options({ tenant, describe: describedAs(`upload ${n}`) }));
      };
      const assets = await Promise.all(Array.from({ length: 24 }, (_, n) => put(n)));
      expect(new Set(assets.map(({ id }) => id))).toEqual(new Set([sha256(bytes)]));
      for (const tenant of ["default", "other"]) {
        const given = assets.filter((_, n) => (n % 3 ? "default" : "other") === tenant);
        expect(new Set(given.map((asset) => asset.name)).size).toBe(1);
        expect(await store.find(tenant, sha256(bytes))).toEqual(given[0]);
        expect(await buffer(await store.read(tenant, sha256(bytes)))).toEqual(bytes);
      }
      const all = await kept();
      await store.put(Readable.from([bytes]), options());
      expect(await kept()).toEqual(all);
      await other.close();
    });
  });
  verifySkips();
}
