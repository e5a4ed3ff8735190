/** What every result cache promises: what comes out is what went in, to every process, and not for ever. */
import { describe, expect } from "vitest";
import type { Outputs, ResultCache } from "../../src/ports/result-cache.ts";
import type { Value } from "../../src/run/value.ts";
import { contractTests, rejection, until, type Closable, type ContractSkip } from "./contract.ts";

export interface ResultCacheHarness extends Closable {
  /** Empty at first; keeps for an hour. */
  readonly cache: ResultCache;
  /** Another over the same data, as another process would have it; closed by the test. */
  readonly peer: (keepMs?: number) => Promise<ResultCache>;
}

export interface ResultCacheContract {
  readonly name: string;
  readonly open: () => Promise<ResultCacheHarness>;
  readonly skip?: readonly ContractSkip[];
}

export const keyOf = (n: number): string => n.toString(16).padStart(64, "0");
export const outputsOf = (value: string): Outputs => ({ text: { type: "text", value } });

const asset = "ab".repeat(32);
const box = { label: "cup", score: 0.25, box: { xmin: 0, ymin: -1.5, xmax: 1e21, ymax: 3 } };
const values: Readonly<Record<string, Value>> = {
  text: { type: "text", value: "a\u0000b \u{1F600} 'quoted' \\ \n" },
  empty: { type: "text", value: "" },
  number: { type: "number", value: -0.1 },
  boolean: { type: "boolean", value: false },
  json: { type: "json", value: { a: [1, null, "x", { b: true }], "": {} } },
  nothing: { type: "json", value: null },
  boxes: { type: "boxes", value: [box] },
  labels: { type: "labels", value: [{ label: "x", score: 1 }] },
  table: { type: "table", value: { columns: ["a"], rows: [["1"], ["2"]] } },
  embedding: { type: "embedding", value: { space: "s", vector: [0.1, 1 / 3] } },
  image: { type: "image", asset, name: "a.png" },
  mask: { type: "mask", asset },
  list: {
    type: "list",
    of: { list: "image" },
    items: [{ type: "list", of: "image", items: [{ type: "image", asset }] }],
  },
  spilled: { type: "spilled", of: { list: "text" }, ref: asset, bytes: 5000, length: 9 },
  spilledText: { type: "spilled", of: "text", ref: asset, bytes: 5000 },
};

export function resultCacheContract({ name, open, skip }: ResultCacheContract): void {
  const { check, verifySkips } = contractTests(open, skip);

  describe(name, () => {
    check("gives back what was put, of every type of value", async ({ cache }) => {
      await cache.put(keyOf(1), values);
      expect(await cache.get(keyOf(1))).toEqual(values);
      await cache.put(keyOf(2), {});
      expect(await cache.get(keyOf(2))).toEqual({});
    });

    check("knows nothing of what was never put, and tells keys apart", async ({ cache }) => {
      expect(await cache.get(keyOf(1))).toBeUndefined();
      await Promise.all([1, 2, 3].map((n) => cache.put(keyOf(n), outputsOf(`result ${n}`))));
      expect(await cache.get(keyOf(4))).toBeUndefined();
      for (const n of [3, 1, 2]) expect(await cache.get(keyOf(n))).toEqual(outputsOf(`result ${n}`));
    });

    check("keeps the last of what was put under one key", async ({ cache }) => {
      await cache.put(keyOf(1), outputsOf("first"));
      await cache.put(keyOf(1), outputsOf("second"));
      expect(await cache.get(keyOf(1))).toEqual(outputsOf("second"));
    });

    check("is the same seen from another process", async ({ cache, peer }) => {
      const other = await peer();
      await cache.put(keyOf(1), outputsOf("mine"));
      await other.put(keyOf(2), outputsOf("theirs"));
      expect(await other.get(keyOf(1))).toEqual(outputsOf("mine"));
      expect(await cache.get(keyOf(2))).toEqual(outputsOf("theirs"));
      await other.close();
      expect(await cache.get(keyOf(2))).toEqual(outputsOf("theirs"));
    });

    check("forgets what is older than it is to keep, used or not", async ({ peer }) => {
      const shortLived = await peer(100);
      await shortLived.put(keyOf(1), outputsOf("x"));
      await until(async () => (await shortLived.get(keyOf(1))) === undefined);
      await shortLived.close();
      const hardly = await peer(0.5);
      await hardly.put(keyOf(1), outputsOf("x"));
      await until(async () => (await hardly.get(keyOf(1))) === undefined);
      await hardly.close();
    });

    check("says when it is closed, and may be closed twice", async ({ peer }) => {
      const other = await peer();
      await other.close();
      await other.close();
      expect(await rejection(other.get(keyOf(1)))).toMatchObject({ code: "shutting-down" });
      expect(await rejection(other.put(keyOf(1), {}))).toMatchObject({ code: "shutting-down" });
    });
  });
  verifySkips();
}
