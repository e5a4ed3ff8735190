/** Is what an expert returns checked against its task, and can it make a worker read what is not the expert's? */
import { execFileSync } from "node:child_process";
import { copyFile, link, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadSpilled } from "../../src/assets/values.ts";
import type { TaskSpec } from "../../src/registry/task-spec.ts";
import type { Value, ValueType } from "../../src/run/value.ts";
import { storeOutputs } from "../../workers/store-outputs.ts";
import { samplePath } from "../e2e/samples.ts";
import { openBench, type Bench } from "./bench.ts";

let bench: Bench;
let scratch = "";

beforeEach(async () => {
  bench = await openBench();
  scratch = join(bench.scratchRoot, "call-1");
  await mkdir(scratch);
});

afterEach(() => bench.close());

function store(outputs: Record<string, unknown>, types: Record<string, ValueType>) {
  const entries = Object.entries(types).map(([name, type]) => [name, { type, description: "" }] as const);
  const task: TaskSpec = {
    id: "make",
    title: "Make",
    description: "",
    inputs: {},
    outputs: Object.fromEntries(entries),
  };
  const { assets } = bench;
  return storeOutputs(task, outputs, { assets, tenant: "default", scratch, runId: "r1", nodeId: "t1" });
}

const refused = (says: RegExp) => ({ code: "expert-failed", message: expect.stringMatching(says) as string });

describe("data", () => {
  const detection = { label: "cup", score: 0.9, box: { xmin: 0, ymin: 0, xmax: 1, ymax: 1 } };
  it.each<[ValueType, unknown]>([
    ["text", "hello"],
    ["number", -0.5],
    ["boolean", false],
    ["json", { a: [1, null, "x"] }],
    ["boxes", [detection]],
    ["labels", [{ label: "cup", score: 0.9 }]],
    ["table", { columns: ["a"], rows: [["1"]] }],
    ["embedding", { space: "s", vector: [0.1] }],
  ])("of type %j is tagged", async (type, value) => {
    expect(await store({ out: value }, { out: type })).toEqual({ out: { type, value } });
  });

  it.each<[string, ValueType, unknown]>([
    ["a number where a text is promised", "text", 42],
    ["no number", "number", NaN],
    ["boxes without a score", "boxes", [{ label: "x", box: detection.box }]],
    ["boxes of infinite size", "boxes", [{ ...detection, box: { ...detection.box, xmax: Infinity } }]],
    ["one where many are promised", { list: "text" }, "a"],
    ["one wrong item among good ones", { list: "text" }, ["a", 1]],
    ["nothing", "text", undefined],
    ["nothing where anything would do", "json", undefined],
    ["what JSON has no words for", "json", { big: 1n }],
  ])("is refused: %s", async (_what, type, value) => {
    await expect(store({ out: value }, { out: type })).rejects.toMatchObject(refused(/output out.* of make/));
  });

  it("that runs in a circle is refused", async () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    await expect(store({ out: circle }, { out: "json" })).rejects.toMatchObject(refused(/not JSON/));
  });

  it("is only what the expert itself returned, not what every object has", async () => {
    await expect(store({}, Object.fromEntries([["constructor", "json"]]))).rejects.toMatchObject(
      refused(/constructor/),
    );
    const outputs = JSON.parse('{"__proto__":"mine","extra":1}') as Record<string, unknown>;
    const kept = await store(outputs, JSON.parse('{"__proto__":"text"}') as Record<string, ValueType>);
    expect(Object.entries(kept)).toEqual([["__proto__", { type: "text", value: "mine" }]]);
  });

  it("that is large goes to an asset, and comes back the same", async () => {
    const list = Array.from({ length: 500 }, (_, index) => `item ${index} 😀`);
    const { out } = await store({ out: list }, { out: { list: "text" } });
    expect(out).toMatchObject({ type: "spilled", of: { list: "text" }, length: 500 });
    if (out?.type !== "spilled") return;
    const back = await loadSpilled(bench.assets, "default", out);
    expect(back).toEqual({ type: "list", of: "text", items: list.map((value): Value => ({ type: "text", value })) });
  });
});

describe("files", () => {
  const png = (path: string, name = "out.png") => ({ out: { path, mediaType: "image/png", name } });

  async function picture(name = "out.png"): Promise<string> {
    await copyFile(samplePath("coffee.png"), join(scratch, name));
    return join(scratch, name);
  }

  it("become assets that know where they came from", async () => {
    const kept = await store(png(await picture()), { out: "image" });
    expect(kept).toEqual({ out: { type: "image", asset: expect.any(String) as string, name: "out.png" } });
    const id = kept["out"] && "asset" in kept["out"] ? kept["out"].asset : "";
    expect(await bench.assets.find("default", id)).toMatchObject({
      mediaType: "image/png",
      width: 600,
      origin: { kind: "node", runId: "r1", nodeId: "t1", output: "out" },
    });
  });

  it("may be several, in folders, with names that are made harmless", async () => {
    await mkdir(join(scratch, "deep"));
    const path = await picture("deep/a.png");
    const file = { path, mediaType: "image/png", name: "../../etc/pass\u202Ewd.png" };
    const kept = await store({ out: [file, file] }, { out: { list: "image" } });
    expect(kept["out"]).toMatchObject({ type: "list", items: [{ name: "passwd.png" }, { name: "passwd.png" }] });
  });

  it("must be what is promised", async () => {
    await expect(store(png(await picture()), { out: "audio" })).rejects.toMatchObject(refused(/not audio, but image/));
    expect(await store(png(await picture()), { out: "mask" })).toMatchObject({ out: { type: "mask" } });
    await writeFile(join(scratch, "a.csv"), "a,b\n1,2\n");
    const table = { out: { path: join(scratch, "a.csv"), mediaType: "text/csv", name: "a.csv" } };
    expect(await store(table, { out: "document" })).toMatchObject({ out: { type: "document", name: "a.csv" } });
  });

  it("must have been made", async () => {
    await expect(store(png(join(scratch, "no.png")), { out: "image" })).rejects.toMatchObject(refused(/not made/));
    await expect(store(png(scratch), { out: "image" })).rejects.toMatchObject(refused(/outside/));
    await mkdir(join(scratch, "folder"));
    await expect(store(png(join(scratch, "folder")), { out: "image" })).rejects.toMatchObject(refused(/no file/));
  });

  it("are not taken from elsewhere, be it by a path or by a link", async () => {
    const secret = join(bench.folder, "secret.png");
    await copyFile(samplePath("coffee.png"), secret);
    const sibling = join(bench.scratchRoot, "call-10");
    await mkdir(sibling);
    await copyFile(secret, join(sibling, "a.png"));
    await symlink(secret, join(scratch, "link.png"));
    await symlink(bench.folder, join(scratch, "up"));
    const ways = [
      secret,
      join(sibling, "a.png"),
      `${scratch}/../../secret.png`,
      join(scratch, "link.png"),
      join(scratch, "up", "secret.png"),
      "../../secret.png",
    ];
    for (const way of ways) {
      await expect(store(png(way), { out: "image" }), way).rejects.toMatchObject(refused(/outside/));
    }
    // A second name of a file that it can read anyway is all the same.
    await link(secret, join(scratch, "hard.png"));
    expect(await store(png(join(scratch, "hard.png")), { out: "image" })).toMatchObject({ out: { type: "image" } });
  });

  it("that never end are not waited for", async () => {
    execFileSync("mkfifo", [join(scratch, "pipe.png")]);
    await expect(store(png(join(scratch, "pipe.png")), { out: "image" })).rejects.toMatchObject(refused(/no file/));
  });

  it("of a kind that nobody accepts are the expert's fault or refused, never kept", async () => {
    await writeFile(join(scratch, "page.html"), "<html><script>alert(1)</script></html>");
    const page = { out: { path: join(scratch, "page.html"), mediaType: "text/html", name: "page.html" } };
    await expect(store(page, { out: "document" })).rejects.toMatchObject({ code: "unsupported-media" });
  });

  it("are kept with all their bytes", async () => {
    await writeFile(join(scratch, "a.txt"), "läuft ✓\n");
    const file = { out: { path: join(scratch, "a.txt"), mediaType: "text/plain", name: "a.txt" } };
    const kept = await store(file, { out: "document" });
    const id = kept["out"] && "asset" in kept["out"] ? kept["out"].asset : "";
    expect(await readText(await bench.assets.read("default", id))).toBe("läuft ✓\n");
  });
});
