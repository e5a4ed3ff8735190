/** A small catalogue that is nobody's, and plans in TaskBench's dialect to repair. */
import { assetsNamedIn, tasksOf, type Tool } from "../../../src/cli/taskbench.ts";
import { draftOf, readTaskBenchPlan } from "../../../src/plan/dialect/taskbench.ts";
import type { Mend } from "../../../src/plan/repair/mend.ts";
import { createRepairer } from "../../../src/plan/repair/repair-plan.ts";
import { verifyPlan } from "../../../src/plan/repair/verify-plan.ts";
import type { PlanNode } from "../../../src/run/plan-node.ts";

const tool = (id: string, desc: string, takes: string[], gives: string[]): Tool => ({
  id,
  desc,
  "input-type": takes,
  "output-type": gives,
});

export const tools: readonly Tool[] = [
  tool("Video Trimmer", "Cuts a video to a shorter one.", ["video", "text"], ["video"]),
  tool("Sound Track Extraction", "Takes the sound track out of a video.", ["video"], ["audio"]),
  tool(
    "Dictation",
    "Dictation writes down what is said in a recording. Also known as voice typing.",
    ["audio"],
    ["text"],
  ),
  tool("Narration", "Reads a text aloud.", ["text"], ["audio"]),
  tool("Text Shortening", "Makes a text shorter.", ["text"], ["text"]),
  tool("Text Merging", "Merges two texts to one.", ["text", "text"], ["text"]),
  tool("Image Cleaning", "Cleans a picture of dust.", ["image"], ["image"]),
  tool("Picture Description", "Tells what is in a picture.", ["image"], ["text"]),
];

export const apis: readonly Tool[] = [
  {
    id: "book_table",
    desc: "Books a table at a restaurant",
    parameters: [
      { name: "restaurant", type: "string", desc: "Name of the restaurant" },
      { name: "date", type: "date", desc: "The day" },
    ],
  },
  { id: "send_letter", desc: "Sends a letter", parameters: [{ name: "content", type: "string", desc: "What to say" }] },
];

export interface Dialect {
  readonly task_nodes: unknown;
  readonly task_links?: unknown;
}

export interface Repaired {
  readonly nodes: readonly PlanNode[];
  readonly mends: readonly Mend[];
  /** Inputs by node id and input name, as people would write them. */
  readonly inputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly kinds: readonly string[];
  /** What the second check says. */
  readonly faults: readonly string[];
}

/** Compiling a catalogue takes longer than repairing a plan. */
const compiled = new Map<readonly Tool[], ReturnType<typeof compile>>();
function compile(catalogue: readonly Tool[]) {
  const tasks = tasksOf(catalogue);
  return { tasks, repairPlan: createRepairer(tasks) };
}

type Links = readonly (readonly [string, string])[];

/** Reads and repairs; `graph` says which tool may take what which other one gives. */
export function repair(text: string, plan: Dialect, catalogue: readonly Tool[] = tools, graph?: Links): Repaired {
  const { tasks, repairPlan } = compiled.get(catalogue) ?? compile(catalogue);
  compiled.set(catalogue, { tasks, repairPlan });
  const assets = assetsNamedIn(text);
  const mayFollow = graph && ((source: string, target: string) => graph.some(([a, b]) => a === source && b === target));
  const read = readTaskBenchPlan({ user_request: text, ...plan });
  const draft = draftOf(read.plan ?? {}, read.text, assets);
  const { nodes, mends } = repairPlan(draft, { assets, text, mayFollow });
  const nameOf = new Map(assets.map(({ asset, name }) => [asset, name]));
  return {
    nodes,
    mends,
    kinds: mends.map(({ kind }) => kind),
    faults: nodes.length > 0 ? verifyPlan(nodes, { tasks, assets, text, mayFollow }) : [],
    inputs: Object.fromEntries(
      nodes.map(({ id, inputs }) => [
        id,
        Object.fromEntries(
          Object.entries(inputs).map(([name, binding]) => {
            if ("asset" in binding) return [name, nameOf.get(binding.asset)];
            if ("from" in binding) return [name, `${binding.from}.${binding.output}`];
            return [
              name,
              "value" in binding && binding.value.type === "text" ? { text: binding.value.value } : binding,
            ];
          }),
        ),
      ]),
    ),
  };
}

/** `link("A", "B")`: B after A. */
export const link = (source: unknown, target: unknown) => ({ source, target });
export const node = (task: unknown, ...given: unknown[]) => ({ task, arguments: given });
