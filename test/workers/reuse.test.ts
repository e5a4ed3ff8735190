/** Is a result taken again only where computing would give the same, and does a broken cache never break a step? */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteResultCache } from "../../src/adapters/sqlite/result-cache.ts";
import { assetsBehind } from "../../src/assets/recorded-outputs.ts";
import type { ResultCache } from "../../src/ports/result-cache.ts";
import type { ExpertCard } from "../../src/registry/expert-card.ts";
import type { TaskSpec } from "../../src/registry/task-spec.ts";
import type { Binding } from "../../src/run/plan-node.ts";
import type { RunOptions } from "../../src/run/request.ts";
import type { Value } from "../../src/run/value.ts";
import type { InputFile } from "../../tools/define-expert.ts";
import { runTask, type NodeResult } from "../../workers/run-task.ts";
import { scriptedCard, scriptExperts, type Script } from "../fakes/scripted-experts.ts";
import { drive, text } from "../run/drive-run.ts";
import { openBench, putAsset, type Bench } from "./bench.ts";

const HOUR = 3_600_000;
const REUSED = { reused: true, runMs: 0 };

/** Whatever it is given, it says how often it was asked; and makes a file and a list of files named after its input. */
const task: TaskSpec = {
  id: "count",
  title: "Count",
  description: "",
  inputs: {},
  outputs: {
    text: { type: "text", description: "" },
    long: { type: "text", description: "" },
    file: { type: "document", description: "" },
    files: { type: { list: "document" }, description: "" },
  },
};

let bench: Bench;
let results: ResultCache;
let asked = 0;
/** Length of the list: a long one is spilled. */
let listed = 1;

const script: Script = async ({ inputs, scratch }) => {
  asked += 1;
  const name = (inputs["file"] as InputFile | undefined)?.name ?? "none";
  const files = Array.from({ length: listed + 1 }, (_, index) => {
    return { path: join(scratch, `${index}.txt`), mediaType: "text/plain", name: `${name}-${index}.txt` };
  });
  await mkdir(scratch);
  await Promise.all(files.map(({ path }, index) => writeFile(path, `call ${asked} file ${index}`)));
  return { text: `call ${asked}`, long: `call ${asked} `.repeat(1000), file: files[0], files: files.slice(1) };
};

beforeEach(async () => {
  asked = 0;
  listed = 1;
  bench = await openBench();
  results = openSqliteResultCache({ file: join(bench.folder, "results.sqlite"), keepMs: HOUR });
});

afterEach(async () => {
  await results.close();
  await bench.close();
});

interface Call {
  readonly inputs?: Record<string, Binding>;
  readonly card?: Partial<ExpertCard>;
  readonly taskChanges?: Partial<TaskSpec>;
  readonly tenant?: string;
  readonly options?: RunOptions;
  /** Names of the request's assets. */
  readonly names?: Readonly<Record<string, string>>;
  readonly cache?: ResultCache | undefined;
  readonly onError?: (error: unknown) => void;
}

async function call(changes: Call = {}): Promise<NodeResult> {
  const {
    inputs = {},
    card = {},
    taskChanges = {},
    tenant = "default",
    options = {},
    names = {},
    onError = (error) => expect.fail(String(error)),
  } = changes;
  const cache = "cache" in changes ? changes.cache : results;
  const changed = { ...task, ...taskChanges };
  const expert = scriptedCard("a/counter", changed, card);
  const { registry, runner } = scriptExperts([changed], [{ card: expert, script }]);
  const content = Object.entries(names).map(([asset, name]) => {
    return { type: "asset", asset, kind: "document", name } as const;
  });
  const run = drive({ messages: [{ role: "user", content }], options }).plan({ id: "t1", task: changed.id, inputs });
  const state = { ...run.state, tenant };
  const node = { ...run.node("t1"), experts: [{ id: expert.id, version: expert.version }], expertIndex: 0 };
  const deps = { ...bench.deps, registry, runner, results: cache, onResultsError: onError };
  return runTask(deps, state, node, new AbortController().signal);
}

const value = (given: Value): Binding => ({ value: given });
const json = (given: unknown): Binding => value({ type: "json", value: given });

describe("a result is taken again", () => {
  it("for the same call, as it was recorded, and that is said", async () => {
    const first = await call({ inputs: { text: value(text("a")) } });
    const second = await call({ inputs: { text: value(text("a")) } });
    expect(asked).toBe(1);
    expect(second.outputs).toEqual(first.outputs);
    expect(second.outputs["long"]).toMatchObject({ type: "spilled" });
    expect(first.usage.reused).toBeUndefined();
    expect(second.usage).toEqual(REUSED);
  });

  it("whatever the order in which inputs, and keys within them, are written", async () => {
    await call({ inputs: { a: json({ x: 1, y: { 2: "two", z: [] } }), b: value(text("b")) } });
    await call({ inputs: { b: value(text("b")), a: json({ y: { z: [], 2: "two" }, x: 1 }) } });
    expect(asked).toBe(1);
  });

  it("for a file that is stored and called the same", async () => {
    const { id } = await putAsset(bench.assets, "bytes", { name: "a.txt" });
    await call({ inputs: { file: { asset: id } }, names: { [id]: "a.txt" } });
    const again = await call({ inputs: { file: value({ type: "document", asset: id }) } });
    expect(again.usage).toEqual(REUSED);
    expect(again.outputs["file"]).toMatchObject({ name: "a.txt-0.txt" });
  });

  it("by another process, and by one that starts later", async () => {
    await call();
    await results.close();
    results = openSqliteResultCache({ file: join(bench.folder, "results.sqlite"), keepMs: HOUR });
    expect((await call()).usage).toEqual(REUSED);
  });

  it("counts as a use of its assets, within spilled lists too", async () => {
    listed = 60;
    const { outputs } = await call();
    expect(outputs["files"]).toMatchObject({ type: "spilled", length: 60 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const cut = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await call()).usage).toEqual(REUSED);
    expect(await bench.assets.expire(cut)).toEqual({ grants: 0, blobs: 0, bytes: 0 });
    expect((await call()).usage).toEqual(REUSED);
  });
});

describe("a result is not taken", () => {
  it.each<[string, Call, Call]>([
    ["another text", { inputs: { a: value(text("x")) } }, { inputs: { a: value(text("y")) } }],
    ["another type", { inputs: { a: value(text("1")) } }, { inputs: { a: value({ type: "number", value: 1 }) } }],
    ["another input", { inputs: { a: value(text("x")) } }, { inputs: { b: value(text("x")) } }],
    ["one input more", { inputs: { a: value(text("x")) } }, { inputs: { a: value(text("x")), b: value(text("x")) } }],
    ["another order in a list", { inputs: { a: json([1, 2]) } }, { inputs: { a: json([2, 1]) } }],
    ["a list in place of an object", { inputs: { a: json([]) } }, { inputs: { a: json({}) } }],
    [
      "an object that looks like its pairs",
      { inputs: { a: json({ x: 1 }) } },
      { inputs: { a: json({ $: [["x", 1]] }) } },
    ],
    ["another version", {}, { card: { version: "1.0.1" } }],
    ["another expert", {}, { card: { id: "a/other" } }],
    ["another task", {}, { taskChanges: { id: "other" } }],
    ["other outputs", {}, { taskChanges: { outputs: { text: { type: "text", description: "" } } } }],
    ["another tenant", {}, { tenant: "other" }],
    ["an expert that is not pure", { card: { pure: false } }, { card: { pure: false } }],
    ["an expert with effects", { card: { effects: "external" } }, { card: { effects: "external" } }],
    ["a request that wants none", {}, { options: { reuse: false } }],
  ])("for %s", async (_what, first, second) => {
    await call(first);
    const { usage } = await call(second);
    expect(asked).toBe(2);
    expect(usage.reused).toBeUndefined();
  });

  it("for a file of other bytes, or of another name, which what is made of it may bear", async () => {
    const [a, b] = await Promise.all(["a", "b"].map((bytes) => putAsset(bench.assets, bytes)));
    await call({ inputs: { file: { asset: a?.id ?? "" } }, names: { [a?.id ?? ""]: "one.txt" } });
    await call({ inputs: { file: { asset: b?.id ?? "" } }, names: { [b?.id ?? ""]: "one.txt" } });
    const renamed = await call({ inputs: { file: { asset: a?.id ?? "" } }, names: { [a?.id ?? ""]: "two.txt" } });
    expect(asked).toBe(3);
    expect(renamed.outputs["file"]).toMatchObject({ name: "two.txt-0.txt" });
  });

  it.each([
    ["large text", 1, "long"],
    ["file", 1, "file"],
    ["file in a list", 1, "files"],
    ["large list", 60, "files"],
    ["file in a large list", 60, "files"],
  ])("where a %s of it has expired: it is made anew, and then taken again", async (what, length, output) => {
    listed = length;
    const value = (await call()).outputs[output];
    if (!value) return expect.fail("there is no such output");
    const behind = await assetsBehind(bench.assets, "default", value);
    const lost = (what === "file in a large list" ? behind[30] : behind[0]) ?? "";
    await rm(join(bench.folder, "assets", "tenants", "default", lost.slice(0, 2), `${lost}.json`));
    expect((await call()).usage.reused).toBeUndefined();
    expect(asked).toBe(2);
    expect((await call()).usage).toEqual(REUSED);
  });

  it("where it is no result of this task", async () => {
    const wrong: ResultCache = { ...results, get: () => Promise.resolve({ text: { type: "number", value: 1 } }) };
    expect((await call({ cache: wrong })).outputs["text"]).toEqual(text("call 1"));
  });
});

describe("a step", () => {
  it("that wants nothing reused still leaves its result to others, in place of the older one", async () => {
    await call();
    await call({ options: { reuse: false } });
    expect((await call()).outputs["text"]).toEqual(text("call 2"));
  });

  it("goes on where the cache can be neither read nor written, and that is told", async () => {
    const broken: ResultCache = {
      get: () => Promise.reject(new Error("can't read")),
      put: () => Promise.reject(new Error("can't write")),
      close: () => Promise.resolve(),
    };
    const told: string[] = [];
    const { outputs } = await call({ cache: broken, onError: (error) => told.push(String(error)) });
    expect(outputs["text"]).toEqual(text("call 1"));
    expect(told).toEqual(["Error: can't read", "Error: can't write"]);
  });

  it("that fails leaves nothing to take", async () => {
    listed = -1;
    await expect(call()).rejects.toMatchObject({ code: "expert-failed" });
    listed = 1;
    expect((await call()).usage.reused).toBeUndefined();
    expect(asked).toBe(2);
  });

  it("is computed where there is no cache", async () => {
    await call({ cache: undefined });
    expect((await call()).usage.reused).toBeUndefined();
  });
});
