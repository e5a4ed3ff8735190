/** Is every asset named on which a recorded value leans, however deep, and nothing taken for outputs that is none? */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFolderAssetStore } from "../../src/adapters/folder/asset-store.ts";
import { assetsBehind, parseOutputs } from "../../src/assets/recorded-outputs.ts";
import { spill } from "../../src/assets/values.ts";
import type { AssetStore } from "../../src/ports/asset-store.ts";
import type { Value } from "../../src/run/value.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";

let assets: AssetStore;
let remove = (): Promise<void> => Promise.resolve();

beforeAll(async () => {
  const place = await temporaryFolder();
  remove = place.remove;
  assets = openFolderAssetStore({ folder: place.folder });
});

afterAll(() => remove());

const id = (n: number): string => n.toString(16).padStart(64, "0");
const image = (n: number): Value => ({ type: "image", asset: id(n) });
const images = (from: number, count: number): Value => {
  return { type: "list", of: "image", items: Array.from({ length: count }, (_, index) => image(from + index)) };
};
const behind = (value: Value) => assetsBehind(assets, "default", value);

describe("the assets behind a value", () => {
  it("are its files", async () => {
    expect(await behind(image(1))).toEqual([id(1)]);
    expect(await behind({ type: "mask", asset: id(2), name: "a.png" })).toEqual([id(2)]);
    const nested: Value = { type: "list", of: { list: "image" }, items: [images(0, 2), images(5, 1)] };
    expect(await behind(nested)).toEqual([id(0), id(1), id(5)]);
  });

  it("are none for what is inline", async () => {
    expect(await behind({ type: "text", value: id(1) })).toEqual([]);
    expect(await behind({ type: "json", value: { type: "image", asset: id(1) } })).toEqual([]);
  });

  it("are, of a large value, its own and those within", async () => {
    const list = await spill(assets, "default", images(100, 200), { kind: "upload" });
    if (list.type !== "spilled") return expect.fail("too small");
    expect(await behind(list)).toEqual([list.ref, ...Array.from({ length: 200 }, (_, index) => id(100 + index))]);
    const long = await spill(assets, "default", { type: "text", value: "x".repeat(9000) }, { kind: "upload" });
    if (long.type !== "spilled") return expect.fail("too small");
    expect(await behind(long)).toEqual([long.ref]);
  });

  it("can't be told where the large value itself is gone", async () => {
    const gone: Value = { type: "spilled", of: { list: "image" }, ref: id(7), bytes: 5000, length: 3 };
    await expect(behind(gone)).rejects.toMatchObject({ code: "unknown-asset" });
  });
});

it("takes only outputs for outputs", () => {
  const outputs: Record<string, Value> = {
    text: { type: "text", value: "a" },
    list: images(0, 2),
    large: { type: "spilled", of: "text", ref: id(1), bytes: 5000 },
  };
  expect(parseOutputs(JSON.stringify(outputs))).toEqual(outputs);
  for (const wrong of ["", "{", "null", "[1]", '"a"', '{"a":1}', '{"a":{"type":"image","asset":"../x"}}']) {
    expect(parseOutputs(wrong), wrong).toBeUndefined();
  }
});
