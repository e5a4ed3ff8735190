/** Does a value come back from the asset store as it went in, and is only what is too large sent there? */
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openFolderAssetStore } from "../../src/adapters/folder/asset-store.ts";
import { loadSpilled, spill } from "../../src/assets/values.ts";
import type { AssetStore } from "../../src/ports/asset-store.ts";
import { INLINE_LIMIT, listLength, typeOf, type Value } from "../../src/run/value.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";

let assets: AssetStore;
let remove = (): Promise<void> => Promise.resolve();

beforeAll(async () => {
  const place = await temporaryFolder();
  remove = place.remove;
  assets = openFolderAssetStore({ folder: place.folder });
});

afterAll(() => remove());

const origin = { kind: "node", runId: "r1", nodeId: "t1", output: "text" } as const;

/** Long enough that about half of the values are over the limit. */
const long = fc
  .string({ unit: "grapheme", maxLength: 12 })
  .chain((piece) => fc.nat(900).map((count) => piece.repeat(count)));
const value: fc.Arbitrary<Value> = fc.oneof(
  long.map((text): Value => ({ type: "text", value: text })),
  long.map((text): Value => ({
    type: "json",
    value: { [text.slice(0, 5)]: [text, null, 1.5, { __proto__: null, text }] },
  })),
  fc.array(long, { maxLength: 5 }).map((texts): Value => {
    return { type: "list", of: "text", items: texts.map((text) => ({ type: "text", value: text })) };
  }),
  fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 400 }).map((vector): Value => {
    return { type: "embedding", value: { space: "s", vector: vector.map((number) => number || 0) } };
  }),
);

it("keeps small values, and gives large ones back as they were", async () => {
  const ways = { kept: 0, spilled: 0 };
  await fc.assert(
    fc.asyncProperty(value, async (given) => {
      const stored = await spill(assets, "default", given, origin);
      const size = Buffer.byteLength(JSON.stringify(given));
      const isSpilled = stored.type === "spilled";
      ways[isSpilled ? "spilled" : "kept"] += 1;
      expect(isSpilled).toBe(size > INLINE_LIMIT);
      expect(typeOf(stored)).toEqual(typeOf(given));
      expect(listLength(stored)).toBe(listLength(given));
      const back = isSpilled ? await loadSpilled(assets, "default", stored) : stored;
      expect(JSON.parse(JSON.stringify(back))).toEqual(JSON.parse(JSON.stringify(given)));
    }),
    { numRuns: 150 },
  );
  expect(Math.min(ways.kept, ways.spilled)).toBeGreaterThan(20);
});

it("gives a value to nobody but its tenant", async () => {
  const stored = await spill(assets, "default", { type: "text", value: "x".repeat(5000) }, origin);
  if (stored.type !== "spilled") throw new Error("too small");
  await expect(loadSpilled(assets, "other", stored)).rejects.toMatchObject({ code: "unknown-asset" });
});
