/** Does `tutti eval repair` count right, look at what it accepts, and survive whatever the files hold? */
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evalRepair } from "../../src/cli/eval-repair.ts";
import { apis, node, tools } from "../plan/repair/fixture.ts";
import { verifies } from "../e2e/requirements.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-repair-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function run(...argv: string[]): Promise<{ code: number; out: string }> {
  let out = "";
  const stdout = { write: (text: string) => (out += text) };
  const code = await evalRepair(argv, { stdout, stderr: { write: () => true } });
  return { code, out };
}

const toolsFile = () => file("tools.json", JSON.stringify({ nodes: [...tools, ...apis] }));
const user_request = "Write down what is said in 'talk.mp4'.";
const lines = [
  { id: 1, user_request, task_nodes: [node("Sound Track Extraction", "talk.mp4"), node("Dictation", "<node-0>")] },
  { id: 2, user_request, task_nodes: [node("Sound Track Extraction", "lost.mp4")] },
  { id: 3, user_request, task_nodes: [node("Sound Track Extraction", "talk.mp4"), node("Telepathy", "<node-0>")] },
  { id: 4, user_request, task_nodes: [node("Telepathy", "talk.mp4")] },
];
const odd = [
  "{broken",
  "null",
  "[]",
  "3",
  '"x"',
  "{}",
  '{"task_nodes": {}}',
  '{"task_nodes": [[[]]]}',
  "\u{0}\u{FFFF}",
];

describe(verifies("plan:repair"), () => {
  it("counts plans and faults, for every file and for all", async () => {
    const [plans, others] = [
      await file("plans.jsonl", lines.map((one) => JSON.stringify(one)).join("\r\n")),
      await file("others.jsonl", [...odd, ""].join("\n")),
    ];
    const out = join(folder, "repaired.jsonl");
    const argv = ["--dialect", "taskbench", "--tools", await toolsFile(), "--plans", plans, "--plans", others];
    const { code, out: printed } = await run(...argv, "--json", "--out", out);
    expect(code).toBe(0);
    const numbers = JSON.parse(printed) as Record<string, unknown> & { files: Record<string, unknown>[] };
    expect(numbers.files[0]).toMatchObject({
      plans: 4,
      given: 1,
      repaired: 2,
      partial: 1,
      valid: 3,
      refused: 1,
      crashed: 0,
      invalidAccepted: 0,
      reasons: { "invented-file": 1, "unknown-task": 2 },
      refusedFor: { "unknown-task": 1 },
    });
    expect(numbers.files[1]).toMatchObject({ plans: odd.length, valid: 0, refused: odd.length, crashed: 0 });
    expect(numbers).toMatchObject({ plans: 4 + odd.length, given: 1, valid: 3, refused: 1 + odd.length });

    const written = (await readFile(out, "utf8")).trim().split("\n");
    expect(written.map((line) => JSON.parse(line) as unknown).slice(0, 2)).toMatchObject([
      { id: "1", outcome: "given", links: [["node-0", "node-1"]], mends: [], faults: [] },
      { id: "2", outcome: "repaired", nodes: [{ task: "Sound Track Extraction" }], mends: [{ kind: "invented-file" }] },
    ]);
  });

  it("shows a table with examples of what was wrong", async () => {
    const plans = await file("table.jsonl", lines.map((one) => JSON.stringify(one)).join("\n"));
    const { out } = await run("--tools", await toolsFile(), "--plans", plans, "--limit", "3");
    expect(out).toMatch(/plans +given +repaired +\(partial\) +valid +refused +crashed +invalid accepted/);
    expect(out).toMatch(/ 3 +1 \(33\.3 %\) +2 \(66\.7 %\)/);
    expect(out).toContain('2 node-0: input `video` was given "lost.mp4"; it takes talk.mp4');
  });

  it("explains itself", async () => {
    expect(await run("--help")).toMatchObject({ code: 0, out: expect.stringContaining("--plans FILE") });
  });

  it.each([
    ["nothing", [], /needs --tools FILE and --plans FILE/],
    ["an unknown option", ["--planz", "x"], /--planz/],
    ["another dialect", ["--tools", "x", "--plans", "x", "--dialect", "latin"], /no dialect "latin"/],
    ["no number", ["--tools", "x", "--plans", "x", "--limit", "few"], /--limit/],
    ["a file that is not there", ["--tools", "nowhere.json", "--plans", "x"], /--tools: nowhere\.json can't be read/],
  ] as const)("says what is wrong with %s", async (_, argv, message) => {
    const repairing = run(...argv);
    await expect(repairing).rejects.toMatchObject({ code: "invalid-request" });
    await expect(repairing).rejects.toThrow(message);
  });
});

const shared = new URL("../../../shared/data/", import.meta.url).pathname;
const absent = existsSync(join(shared, "llm-plans")) ? "" : " (left out: ../shared/data/llm-plans is not there)";

describe("plans of real language models", () => {
  // Kept beside the project, for measuring: not everybody has them.
  it.skipIf(absent !== "")(`never crash it, and none is accepted that may not run${absent}`, async () => {
    const plans = readdirSync(join(shared, "llm-plans")).flatMap((name) => [
      "--plans",
      join(shared, "llm-plans", name),
    ]);
    const [catalogue, graph] = [join(shared, "taskbench/tools.json"), join(shared, "taskbench/tool-graph.json")];
    const { code, out } = await run("--tools", catalogue, "--graph", graph, ...plans, "--json");
    const numbers = JSON.parse(out) as Record<string, number>;
    expect(numbers).toMatchObject({ crashed: 0, invalidAccepted: 0 });
    expect(code).toBe(0);
    // 17 % and 99 % when this was written; some slack, so that a stricter rule may refuse a few more.
    expect((numbers["given"] ?? 0) / (numbers["plans"] ?? 0)).toBeGreaterThanOrEqual(0.15);
    expect((numbers["valid"] ?? 0) / (numbers["plans"] ?? 0)).toBeGreaterThanOrEqual(0.95);
  });
});
