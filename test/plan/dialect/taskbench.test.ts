/** Is a plan read as its author meant it, in whatever shape it comes, and never as more than it says? */
import { describe, expect, it } from "vitest";
import { assetsNamedIn } from "../../../src/cli/taskbench.ts";
import { draftOf, readTaskBenchPlan } from "../../../src/plan/dialect/taskbench.ts";

const request = "Describe 'photo.jpg' and https://example.org/a.mp4 please.";
const assets = assetsNamedIn(request);
const photo = assets.find(({ name }) => name === "photo.jpg");

function read(plan: Record<string, unknown>) {
  return draftOf(plan, request, assets);
}

function said(value: unknown) {
  const names = ["Object Finder", "Reader"].map((task) => ({ task, arguments: [] }));
  const { nodes } = read({ task_nodes: [...names, { task: "T", arguments: value }] });
  return nodes[2]?.arguments;
}

describe("an argument", () => {
  it.each([
    ["<node-0>", 0, true],
    ["<Node-12>", 12, true],
    ["<node_1>", 1, true],
    ["<node-0>.text", 0, true],
    ["'<node-1>.speaker1.wav'", 1, true],
    ["<node-1>: summary of objects>", 1, true],
    ["<node-2}", 2, true],
    ["<GENERATED>-3", 3, true],
    ["GENERATED_3", 3, true],
    ["<output of node-1>", 1, true],
    ["<output_of_node_1>", 1, true],
    ["# output of Node 1 #", 1, true],
    ["task_nodes[1].output", 1, true],
    ["<Step_2>", 1, false],
    ["<output_of_Object_Finder>", 0, false],
    ["The output from Reader", 1, false],
  ])("%s points at a node", (value, at, counted) => {
    expect(said([value])).toMatchObject([{ said: { kind: "output", at, counted } }]);
  });

  it.each([
    ["photo.jpg", { kind: "file", name: "photo.jpg", asset: photo, held: true }],
    ['"Photo.JPG"', { kind: "file", asset: photo }],
    ["<photo.jpg>", { kind: "file", name: "photo.jpg", asset: photo }],
    ["/data/photo.jpg", { kind: "file", asset: photo, held: false }],
    ["other.jpg", { kind: "file", asset: undefined, held: false }],
    ["https://example.org/a.mp4", { kind: "file", name: "https://example.org/a.mp4", held: true }],
    ["https://example.org/b", { kind: "file", asset: undefined, held: false }],
    ["<the user's question>", { kind: "blank" }],
    ["What is in photo.jpg?", { kind: "text", text: "What is in photo.jpg?" }],
    ["e.g. 3.5 of {{x}} in ${y}", { kind: "text", text: "e.g. 3.5 of {{x}} in ${y}" }],
    ["Is it <node-0> or <node-1>?", { kind: "mixed", parts: ["Is it ", { at: 0 }, " or ", { at: 1 }, "?"] }],
  ])("%s is what it looks like", (value, expected) => {
    expect(said([value])).toMatchObject([{ said: expected }]);
  });

  it.each([
    ["a text", "one", ["one"], [undefined]],
    ["a list in a list", [["one"], 2, true], ["one", "2", "true"], [undefined, undefined, undefined]],
    ["a name and a value", [{ name: "a", value: "one" }], ["one"], ["a"]],
    ["a value that is a list", [{ name: "a", value: ["one", "two"] }], ["one", "two"], ["a", "a"]],
    ["a name alone", [{ name: "one" }], ["one"], [undefined]],
    ["an object", { a: "one", b: { value: "two" } }, ["one", "two"], ["a", "b"]],
    ["nothing", null, [], []],
    ["empty texts", ["", " ", { name: "a", value: null }], [], []],
  ])("may be %s", (_, value, texts, names) => {
    const found = said(value);
    expect(found?.map((one) => one.said.kind === "text" && one.said.text)).toEqual(texts);
    expect(found?.map(({ name }) => name)).toEqual(names);
  });
});

describe("links", () => {
  it("are positions, all of them where a name stands for several nodes; what names no node is a fault", () => {
    const nodes = ["A", "B b", "A"].map((task) => ({ task, arguments: [] }));
    const links = [
      { source: "A", target: "b-B" },
      { source: "A", target: "B B" },
      { source: ["A", "<node-1>"], target: 1 },
      ["B b", "A"],
      { source: "B b", target: "none" },
      { source: "A" },
      "A",
    ];
    const { links: found, faults } = read({ task_nodes: nodes, task_links: links });
    expect(found).toEqual([
      { from: [0, 2], to: [1] },
      { from: [1], to: [1] },
      { from: [1], to: [0, 2] },
    ]);
    expect(faults.map(({ kind }) => kind)).toEqual(Array(3).fill("broken-link"));
  });
});

describe("a recorded answer", () => {
  const plan = { task_nodes: [{ task: "T", arguments: [] }] };

  it.each([
    ["beside its request", { id: 7, user_request: "Do it.", ...plan }],
    ["in TaskBench's own predictions", { id: "7", user_request: "Do it.", result: plan }],
    [
      "as text with words around it",
      { id: "7", instruction: "Do it.", response: `Sure:\n\`\`\`json\n${JSON.stringify(plan)}\n\`\`\`` },
    ],
  ])("is read %s", (_, data) => {
    expect(readTaskBenchPlan(data)).toMatchObject({ id: "7", text: "Do it.", plan });
  });

  it.each([undefined, null, 3, "x", [], {}, { result: "no JSON {" }, { task_nodes: null }])(
    "%j holds no plan",
    (data) => {
      expect(readTaskBenchPlan(data).plan).toBeUndefined();
    },
  );

  it("notes nodes that are none", () => {
    const { nodes, faults } = read({ task_nodes: ["T", 3, { task: 3 }, null] });
    expect(nodes.map(({ task }) => task)).toEqual(["T", "", "", ""]);
    expect(faults.map(({ node, kind }) => `${node} ${kind}`)).toEqual([0, 1, 2, 3].map((at) => `node-${at} malformed`));
  });
});
