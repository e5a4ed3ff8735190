/** Does an expert get what its node was given, nothing of another tenant's, and is what was fetched for it let go of? */
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { spill } from "../../src/assets/values.ts";
import type { AssetStore } from "../../src/ports/asset-store.ts";
import type { ResolvedInput } from "../../src/run/resolve-inputs.ts";
import type { SpilledValue, Value } from "../../src/run/value.ts";
import { loadInputs } from "../../workers/load-inputs.ts";
import { openBench, putAsset, type Bench } from "./bench.ts";

let bench: Bench;
let assets: AssetStore;
/** Local files that were fetched and not let go of yet. */
let held = 0;
let reads = 0;

const counting = (store: AssetStore): AssetStore => ({
  ...store,
  read: (...parameters) => {
    reads += 1;
    return store.read(...parameters);
  },
  localFile: async (tenant, id) => {
    const { path } = await store.localFile(tenant, id);
    held += 1;
    return {
      path,
      release: () => {
        held -= 1;
        return Promise.resolve();
      },
    };
  },
});

beforeEach(async () => {
  held = 0;
  reads = 0;
  bench = await openBench(undefined, { aroundAssets: counting });
  assets = bench.assets;
});

afterEach(() => bench.close());

const given = (value: Value): ResolvedInput => ({ kind: "value", value });
const text = (value: string): ResolvedInput => given({ type: "text", value });

async function load(inputs: Record<string, ResolvedInput>) {
  const loaded = await loadInputs(assets, "default", inputs);
  await loaded.release();
  return loaded.inputs;
}

async function spilled(value: Value, tenant = "default"): Promise<SpilledValue> {
  const kept = await spill(assets, tenant, value, { kind: "upload" });
  if (kept.type !== "spilled") throw new Error("too small to be spilled");
  return kept;
}

const words = (count: number): Value => ({
  type: "list",
  of: "text",
  items: Array.from({ length: count }, (_, index) => ({ type: "text", value: `word ${index}` })),
});

describe("values", () => {
  it("lose their tags, in lists too", async () => {
    const box = { label: "cup", score: 0.5, box: { xmin: 0, ymin: 1, xmax: 2, ymax: 3 } };
    const list: Value = { type: "list", of: "number", items: [{ type: "number", value: 1 }] };
    expect(
      await load({
        text: text("hi"),
        boxes: given({ type: "boxes", value: [box] }),
        list: given(list),
        several: { kind: "list", items: [text("a"), given(list)] },
      }),
    ).toEqual({ text: "hi", boxes: [box], list: [1], several: ["a", [1]] });
  });

  it("that were too large for the state come back whole", async () => {
    const long = "ünï😀 ".repeat(2000);
    const table: Value = { type: "table", value: { columns: ["a"], rows: Array.from({ length: 2000 }, () => ["x"]) } };
    const inputs = await load({
      long: given(await spilled({ type: "text", value: long })),
      table: given(await spilled(table)),
    });
    expect(inputs).toEqual({ long, table: table.value });
  });

  it("keep the names of their inputs, whatever these are", async () => {
    const names = ["__proto__", "constructor", "toString"];
    const inputs = await load(Object.fromEntries(names.map((name) => [name, text(name)])));
    expect(Object.keys(inputs)).toEqual(names);
    for (const name of names) expect(Object.getOwnPropertyDescriptor(inputs, name)?.value).toBe(name);
  });

  it("are refused where they would fill the memory", async () => {
    const huge = await putAsset(assets, Buffer.alloc(65 * 2 ** 20, "x"), { type: "text" });
    const value: Value = { type: "spilled", of: "text", ref: huge.id, bytes: 0 };
    await expect(load({ text: given(value) })).rejects.toMatchObject({ code: "too-large" });
    expect(reads).toBe(0);
  });
});

describe("an item of a large list", () => {
  it("is picked without reading the list again for every item", async () => {
    const from = await spilled(words(1000));
    const picks = Array.from({ length: 50 }, (_, index) => load({ item: { kind: "pick", from, index } }));
    expect((await Promise.all(picks)).map(({ item }) => item)).toEqual(picks.map((_, index) => `word ${index}`));
    expect(reads).toBe(1);
  });

  it("is of the list that was asked for, also after many others", async () => {
    const lists = await Promise.all([900, 901, 902, 903, 904, 905].map((count) => spilled(words(count))));
    for (const round of [0, 1]) {
      for (const [at, from] of lists.entries()) {
        const index = 899 + at;
        expect(await load({ item: { kind: "pick", from, index } }), `round ${round}`).toEqual({
          item: `word ${index}`,
        });
        await expect(load({ item: { kind: "pick", from, index: index + 1 } })).rejects.toMatchObject({
          code: "bad-input",
          message: `item ${index + 1} of ${index + 1} is not there`,
        });
      }
    }
  });

  it("is not given to a tenant who was never granted the list", async () => {
    const from = await spilled(words(1000));
    await load({ item: { kind: "pick", from, index: 0 } });
    const other = loadInputs(assets, "other", { item: { kind: "pick", from, index: 0 } });
    await expect(other).rejects.toMatchObject({ code: "unknown-asset" });
  });

  it("is read again after a failure", async () => {
    const from = await spilled(words(1000), "other");
    const pick: ResolvedInput = { kind: "pick", from, index: 0 };
    await expect(load({ item: pick })).rejects.toMatchObject({ code: "unknown-asset" });
    await spilled(words(1000));
    expect(await load({ item: pick })).toEqual({ item: "word 0" });
  });
});

describe("a template", () => {
  it("joins texts, numbers and booleans, the large ones too", async () => {
    const long = "x".repeat(5000);
    const parts = [
      "<",
      text("a{output.text}"),
      given({ type: "number", value: 0.5 }),
      given({ type: "boolean", value: false }),
      given(await spilled({ type: "text", value: long })),
      ">",
    ];
    expect(await load({ text: { kind: "template", parts } })).toEqual({ text: `<a{output.text}0.5false${long}>` });
  });

  it("takes nothing else", async () => {
    const parts = ["<", given({ type: "boxes", value: [] })];
    await expect(load({ text: { kind: "template", parts } })).rejects.toMatchObject({ code: "bad-input" });
  });
});

describe("files", () => {
  it("are readable, with their media type and the name under which people know them", async () => {
    const facts = { type: "image", mediaType: "image/png", name: "stored.png" } as const;
    const asset = await putAsset(assets, "bytes", facts);
    const loaded = await loadInputs(assets, "default", {
      named: given({ type: "image", asset: asset.id, name: "mine.png" }),
      stored: given({ type: "image", asset: asset.id }),
    });
    expect(loaded.inputs).toMatchObject({
      named: { mediaType: "image/png", name: "mine.png" },
      stored: { mediaType: "image/png", name: "stored.png" },
    });
    const { path } = loaded.inputs["named"] as { path: string };
    expect(await readFile(path, "utf8")).toBe("bytes");
    expect(held).toBe(2);
    await loaded.release();
    expect(held).toBe(0);
  });

  it("are all let go of where one of the inputs can't be had, however late they come", async () => {
    const asset = await putAsset(assets, "bytes", { type: "image", mediaType: "image/png" });
    const value: Value = { type: "image", asset: asset.id };
    const image = given(value);
    const slow = await spilled({ type: "list", of: "image", items: Array.from({ length: 60 }, () => value) });
    const missing = given({ type: "image", asset: "0".repeat(64) });
    await expect(load({ first: image, missing, slow: given(slow) })).rejects.toMatchObject({ code: "unknown-asset" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(held).toBe(0);
  });
});
