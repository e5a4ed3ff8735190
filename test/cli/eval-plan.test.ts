/** Does `tutti eval plan` read what it should, score right, and say clearly what it can't read? */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evalPlan } from "../../src/cli/eval-plan.ts";
import type { LanguageModel } from "../../src/ports/language-model.ts";
import { createScriptedModel } from "../fakes/scripted-language-model.ts";
import { verifies } from "../e2e/requirements.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-eval-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  return runWith(undefined, ...argv);
}

async function runWith(model: LanguageModel | undefined, ...argv: string[]) {
  let [out, err] = ["", ""];
  const stdout = { write: (text: string) => (out += text) };
  const stderr = { write: (text: string) => (err += text) };
  const openModel = model && (() => Promise.resolve(model));
  const code = await evalPlan(argv, { stdout, stderr, openModel });
  return { code, out, err };
}

const tools = JSON.stringify({
  nodes: [
    { id: "Video Stabilizer", desc: "Stabilizes a shaky video.", "input-type": ["video"], "output-type": ["video"] },
    { id: "Video-to-Audio", desc: "Extracts the audio track.", "input-type": ["video"], "output-type": ["audio"] },
    { id: "Text Translator", desc: "Translates a text.", "input-type": ["text"], "output-type": ["text"] },
  ],
});
const links = [["Video Stabilizer", "Video-to-Audio"]];
const cases = [
  {
    id: "1",
    type: "chain",
    user_request: "Stabilize 'example.mp4' and extract the audio track.",
    nodes: ["Video Stabilizer", "Video-to-Audio"],
    links,
  },
  {
    id: "2",
    type: "single",
    // Half right: the plan has the translation, the reference two.
    user_request: "Translate 'good morning' into French.",
    nodes: ["Text Translator", "Text Translator"],
    links: [],
  },
  { id: 3, type: "single", user_request: "Stabilize 'example.mp4'." },
]
  .map((one) => JSON.stringify(one))
  .join("\n");

describe(`tutti eval plan: ${verifies("plan:eval")}`, () => {
  it("scores a language model with and without what helps it", async () => {
    const paths = [
      "--tools",
      await file("tools.json", tools),
      "--cases",
      await file("one.jsonl", cases.split("\n")[0] ?? ""),
    ];
    // The second step takes the first one's input: it runs, but the order of the reference is lost.
    const steps = ["Video Stabilizer", "video to audio"].map((task, at) => ({
      id: `t${at + 1}`,
      task,
      inputs: { video: "<video-1>" },
    }));
    const model = createScriptedModel({ answers: () => JSON.stringify({ steps, reply: "" }) });
    const nodeF1 = async (planner: string): Promise<number> => {
      const { out } = await runWith(model, ...paths, "--planner", planner, "--json");
      const { overall } = JSON.parse(out) as { overall: { nodeF1: number } };
      return overall.nodeF1;
    };
    expect(await nodeF1("llm")).toBe(1);
    expect(await nodeF1("llm-bare")).toBeGreaterThan(0);
    expect(model.calls.length).toBeGreaterThan(1);
    await expect(run(...paths, "--planner", "llm")).rejects.toThrow(/set TUTTI_LLM/);
  });

  it("scores cases and writes every plan", async () => {
    const out = join(folder, "plans.jsonl");
    const paths = ["--tools", await file("tools.json", tools), "--cases", await file("cases.jsonl", cases)];
    const { code, out: printed } = await run(...paths, "--json", "--out", out);
    expect(code).toBe(0);
    const numbers = JSON.parse(printed) as Record<string, Record<string, number>>;
    expect(Object.keys(numbers)).toEqual(expect.arrayContaining(["overall", "single", "chain", "dag"]));
    expect(numbers["chain"]).toMatchObject({ cases: 1, nodeF1: 1, linkF1: 1, exact: 1, valid: 1 });
    // One node found, two wanted: 2 * 1 / (1 + 2).
    expect(numbers["single"]).toMatchObject({ cases: 1, nodeF1: 2 / 3, linkF1: 1, exact: 0, valid: 1 });
    expect(numbers["overall"]?.["nodeF1"]).toBeCloseTo(5 / 6, 12);
    expect(numbers["overall"]?.["msPerRequest"]).toBeGreaterThan(0);

    const plans = (await readFile(out, "utf8")).trim().split("\n");
    expect(plans.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        id: "1",
        nodes: [
          { id: "t1", task: "Video Stabilizer", inputs: { video: { asset: expect.any(String) } } },
          { id: "t2", task: "Video-to-Audio", inputs: { video: { from: "t1", output: "video" } } },
        ],
        links: [["t1", "t2"]],
        problems: [],
      },
      { id: "2" },
      { id: "3", nodes: [{ task: "Video Stabilizer" }], links: [], problems: [] },
    ]);
  });

  it("counts a link that the tool graph lacks as a problem", async () => {
    const graph = await file(
      "graph.json",
      JSON.stringify({ links: [{ source: "Video-to-Audio", target: "Text Translator" }] }),
    );
    const out = join(folder, "linked.jsonl");
    const paths = ["--tools", await file("tools.json", tools), "--cases", await file("cases.jsonl", cases)];
    const { out: table } = await run(...paths, "--graph", graph, "--out", out);
    expect(table).toMatch(/^builtin@1\n.*node F1.*link F1/);
    expect(await readFile(out, "utf8")).toContain("the tool graph has no link from Video Stabilizer to Video-to-Audio");
  });

  it("reads catalogues whose tools have parameters and only an order", async () => {
    const parameters = [{ name: "content", type: "string", desc: "What to say" }];
    const api = [
      { id: "send_sms", desc: "Send an sms to a phone number", parameters },
      { id: "set_alarm", desc: "Set an alarm for a time", parameters },
    ];
    const request = {
      id: "x",
      type: "chain",
      user_request: "Send an SMS to 5550100 and set an alarm for 7 am.",
      nodes: [{ task: "send_sms" }, { task: "set_alarm" }],
      links: [{ source: "send_sms", target: "set_alarm" }],
    };
    const paths = ["--tools", await file("api.json", JSON.stringify({ nodes: api }))];
    const { out } = await run(...paths, "--cases", await file("api.jsonl", JSON.stringify(request)), "--json");
    expect(JSON.parse(out)).toMatchObject({ chain: { nodeF1: 1, linkF1: 1, valid: 1 } });
  });

  it("explains itself", async () => {
    expect(await run("--help")).toMatchObject({ code: 0, out: expect.stringContaining("--tools FILE") });
  });

  it.each([
    ["nothing", [], /needs --tools FILE and --cases FILE/],
    ["an unknown option", ["--tols", "x"], /--tols/],
    ["a file that is not there", ["--tools", "nowhere.json", "--cases", "x"], /--tools: nowhere\.json can't be read/],
    [
      "a planner that is not there",
      ["--tools", "TOOLS", "--cases", "CASES", "--planner", "magic"],
      /no planner "magic"/,
    ],
    ["tools that are no tools", ["--tools", "CASES", "--cases", "CASES"], /is not JSON/],
    ["cases that are no cases", ["--tools", "TOOLS", "--cases", "TOOLS"], /TOOLS\.json line 1: .*user_request/],
  ] as const)("says what is wrong with %s", async (_, argv, message) => {
    const paths = { TOOLS: await file("TOOLS.json", tools), CASES: await file("CASES.jsonl", cases) };
    const real = argv.map((one) => (one === "TOOLS" || one === "CASES" ? paths[one] : one));
    const planning = run(...real);
    await expect(planning).rejects.toMatchObject({ code: "invalid-request" });
    await expect(planning).rejects.toThrow(message);
  });
});

const shared = new URL("../../../shared/data/taskbench/", import.meta.url).pathname;
const absent = existsSync(shared) ? "" : " (left out: ../shared/data/taskbench is not there)";

describe("TaskBench's Hugging Face cases", () => {
  // Kept beside the project, for measuring: not everybody has them.
  it.skipIf(absent !== "")(`reaches what was measured, without an embedder${absent}`, async () => {
    const paths = ["--tools", "tools.json", "--graph", "tool-graph.json", "--cases", "tune.jsonl"];
    const { out } = await run(...paths.map((one) => (one.startsWith("--") ? one : join(shared, one))), "--json");
    const numbers = JSON.parse(out) as Record<string, Record<string, number>>;
    // 0.91 and 0.64 when this was written; some slack, so that a better rule may lose a case or two.
    expect(numbers["overall"]?.["nodeF1"]).toBeGreaterThanOrEqual(0.85);
    expect(numbers["chainAndDag"]?.["linkF1"]).toBeGreaterThanOrEqual(0.57);
    expect(numbers["overall"]?.["valid"]).toBeGreaterThanOrEqual(0.97);
  });
});
