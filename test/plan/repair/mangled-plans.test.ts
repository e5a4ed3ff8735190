/** Can any plan, however mangled, crash the repairer, or slip through it? */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dependenciesOf } from "../../../src/run/plan-node.ts";
import { apis, repair, tools } from "./fixture.ts";

const request = "Cut 'talk.mp4', describe photo.jpg and other.png, and say 'good morning'. What is in it?";

const catalogue = [...tools, ...apis];
const taskName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...catalogue.map(({ id }) => id)) },
  fc.constantFrom(
    "dictations",
    "Telepathy",
    "__proto__",
    "constructor",
    "toString",
    "",
    "Ünïcode 作業",
    "voice typing",
  ),
  fc.string(),
);
const value = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 7 }).map((at) => `<node-${at}>`) },
  fc.constantFrom(
    "talk.mp4",
    "photo.jpg",
    "other.png",
    "lost.jpg",
    "lost.txt",
    "<question>",
    "French",
    "",
    "'talk.mp4'",
  ),
  fc.constantFrom(
    "<GENERATED>-0",
    "<node-99>",
    "<node--1>",
    "a <node-0> b <node-1>",
    "<node-0>.text",
    "<",
    "<<node-0>>",
  ),
  fc.string({ unit: "grapheme" }),
  fc.jsonValue(),
);
const argument = fc.oneof(
  value,
  fc.record({ name: fc.oneof(fc.constantFrom("text", "video", "date", "__proto__"), fc.string()), value }),
);
const node = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      task: taskName,
      arguments: fc.oneof({ weight: 5, arbitrary: fc.array(argument, { maxLength: 4 }) }, fc.jsonValue()),
    }),
  },
  fc.jsonValue(),
);
const end = fc.oneof({ weight: 5, arbitrary: taskName }, fc.jsonValue());
const plan = fc.record({
  task_nodes: fc.oneof({ weight: 9, arbitrary: fc.array(node, { maxLength: 9 }) }, fc.jsonValue()),
  task_links: fc.oneof(
    { weight: 9, arbitrary: fc.array(fc.record({ source: end, target: end }), { maxLength: 9 }) },
    fc.jsonValue(),
  ),
});
const graph = fc.option(
  fc.array(
    fc.tuple(fc.constantFrom(...catalogue.map(({ id }) => id)), fc.constantFrom(...catalogue.map(({ id }) => id))),
    { maxLength: 40 },
  ),
  { nil: undefined },
);

describe("mangled plans", () => {
  it("never crash, and what is accepted is valid", () => {
    fc.assert(
      fc.property(plan, graph, (mangled, links) => {
        const { nodes, mends, faults } = repair(request, mangled, catalogue, links);
        expect(faults).toEqual([]);
        expect(nodes.length + mends.length).toBeGreaterThan(0);
      }),
      { numRuns: 400 },
    );
  });

  it("are repaired the same way every time, to plans in an order in which they can be run", () => {
    fc.assert(
      fc.property(plan, (mangled) => {
        const { nodes, mends } = repair(request, mangled, catalogue);
        expect(repair(request, mangled, catalogue)).toMatchObject({ nodes, mends });
        for (const [at, one] of nodes.entries()) {
          const before = nodes.slice(0, at).map(({ id }) => id);
          expect(before).toEqual(expect.arrayContaining([...dependenciesOf(one)]));
        }
      }),
      { numRuns: 100 },
    );
  });

  it("leaves good nodes alone, whatever stands after them", () => {
    const good = [
      { task: "Sound Track Extraction", arguments: ["talk.mp4"] },
      { task: "Dictation", arguments: ["<node-0>"] },
      { task: "Picture Description", arguments: ["photo.jpg"] },
      { task: "Text Merging", arguments: ["<node-1>", "<node-2>"] },
    ];
    const wrong = fc.record({
      task: fc.constantFrom("Telepathy", ...catalogue.map(({ id }) => id)),
      arguments: fc.array(fc.constantFrom("lost.wav", "lost.mp4", "<question>", "<node-42>", "French"), {
        maxLength: 3,
      }),
    });
    const alone = repair(request, { task_nodes: good }).nodes;
    expect(alone).toHaveLength(good.length);
    fc.assert(
      fc.property(fc.array(wrong, { maxLength: 4 }), (added) => {
        const { nodes } = repair(request, { task_nodes: [...good, ...added] });
        expect(nodes.filter(({ id }) => alone.some((one) => one.id === id))).toEqual(alone);
      }),
      { numRuns: 200 },
    );
  });

  it("take no time, however long they are", () => {
    const long = "<node-0> ".repeat(30_000);
    const nodes = Array.from({ length: 60 }, (_, at) => ({
      task: tools[at % tools.length]?.id,
      arguments: [long, "<".repeat(50_000), `<node-${(at * 7) % 60}>`, "'".repeat(50_000)],
    }));
    const links = Array.from({ length: 20_000 }, (_, at) => ({
      source: tools[at % 8]?.id,
      target: tools[(at * 3) % 8]?.id,
    }));
    expect(repair(request, { task_nodes: nodes, task_links: links }).faults).toEqual([]);
    expect(repair(request, { task_nodes: Array(100_000).fill(nodes[0]), task_links: links }).nodes).toEqual([]);
  });
});
