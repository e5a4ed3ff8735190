/**
 * Reads planning cases in TaskBench's format (Y. Shen et al., 2023): tools become task specs, so that a planner sees
 * them as it sees any catalogue.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { knownTasks } from "../../tools/tasks/index.ts";
import { contentStems } from "../plan/builtin/catalogue.ts";
import { typeOfEnding } from "../plan/builtin/lexicon.ts";
import { fileNames } from "../plan/builtin/read-request.ts";
import { splitWords, stem } from "../plan/builtin/words.ts";
import type { RequestAsset } from "../ports/planner.ts";
import type { InputSpec, OutputSpec, TaskSpec } from "../registry/task-spec.ts";
import { baseTypeSchema, type ValueType } from "../run/value.ts";

const toolSchema = z.object({
  id: z.string().min(1),
  desc: z.string().default(""),
  "input-type": z.array(z.string()).optional(),
  "output-type": z.array(z.string()).optional(),
  parameters: z
    .array(z.object({ name: z.string(), type: z.string().optional(), desc: z.string().default("") }))
    .optional(),
});
export type Tool = z.infer<typeof toolSchema>;
export const toolsSchema = z.object({ nodes: z.array(toolSchema).min(1) });

export const toolGraphSchema = z.object({ links: z.array(z.object({ source: z.string(), target: z.string() })) });
export type ToolGraph = z.infer<typeof toolGraphSchema>;

const linkSchema = z.union([
  z.tuple([z.string(), z.string()]),
  z
    .object({ source: z.string(), target: z.string() })
    .transform(({ source, target }): [string, string] => [source, target]),
]);
const nodeSchema = z.union([z.string(), z.object({ task: z.string() }).transform(({ task }) => task)]);

export const caseSchema = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  /** Shape of the reference: single, chain, dag. */
  type: z.string().default("unknown"),
  user_request: z.string(),
  /** Tool names; left out where there is no reference. */
  nodes: z.array(nodeSchema).optional(),
  links: z.array(linkSchema).optional(),
});
export type PlanningCase = z.infer<typeof caseSchema>;

const textTypes: ReadonlySet<string> = new Set(["text", "url"]);

function typeOfTool(name: string): ValueType {
  const type = baseTypeSchema.safeParse(name.toLowerCase());
  return type.success && !textTypes.has(name) ? type.data : "text";
}

/** Turns tools into tasks. Those that the field knows by name bring the wordings that Tutti has for them. */
export function tasksOf(tools: readonly Tool[]): TaskSpec[] {
  const wordings = shareWordings(tools);
  return tools.map((tool) => {
    const known = wordings.get(tool.id) ?? { specs: [], phrases: [] };
    return {
      id: tool.id.slice(0, 100),
      title: tool.id,
      description: tool.desc,
      inputs: inputsOf(tool, known.specs),
      outputs: outputsOf(tool),
      phrases: known.phrases,
      examples: known.specs.flatMap(({ examples = [] }) => examples),
    };
  });
}

/** TaskBench's API catalogues give parameters without media types, and links that only say what comes first. */
function inputsOf(
  { "input-type": types, parameters = [] }: Tool,
  known: readonly TaskSpec[],
): Record<string, InputSpec> {
  if (types === undefined) {
    const inputs = parameters.map(({ name, desc }): [string, InputSpec] => [
      name,
      { type: "text", description: desc, optional: true, slot: "instruction" },
    ]);
    return Object.fromEntries(inputs);
  }
  const left = known.flatMap(({ inputs }) => Object.entries(inputs));
  const inputs: Record<string, InputSpec> = {};
  for (const name of types) {
    const type = typeOfTool(name);
    const at = left.findIndex(([, spec]) => spec.type === type);
    const [found] = at < 0 ? [] : left.splice(at, 1);
    const spec: InputSpec = {
      type,
      description: found?.[1].description ?? "",
      ...(type === "text" ? { slot: found?.[1].slot ?? "passage" } : {}),
    };
    inputs[unused(found?.[0] ?? name, inputs)] = spec;
  }
  return inputs;
}

function outputsOf({ "output-type": types = [] }: Tool): Record<string, OutputSpec> {
  const outputs: Record<string, OutputSpec> = {};
  for (const name of types) outputs[unused(name, outputs)] = { type: typeOfTool(name), description: "" };
  return outputs;
}

function unused(name: string, taken: Readonly<Record<string, unknown>>): string {
  let unique = name;
  for (let number = 2; Object.hasOwn(taken, unique); number += 1) unique = `${name}${number}`;
  return unique;
}

interface Wordings {
  readonly specs: TaskSpec[];
  readonly phrases: string[];
}

/**
 * Gives tools the wordings of the tasks of the same name. Where two tools stand for one task ("Image-to-Image" by its
 * id, "Image Editing" by its title), each gets those that its own description speaks of; a task that no tool is named
 * after goes to the one whose description mentions it.
 */
function shareWordings(tools: readonly Tool[]): ReadonlyMap<string, Wordings> {
  const wordings = new Map<string, Wordings>(tools.map(({ id }) => [id, { specs: [], phrases: [] }]));
  for (const task of knownTasks) {
    const byId = tools.filter((tool) => standsFor(tool, task.id));
    const byTitle = tools.filter((tool) => standsFor(tool, task.title) && !byId.includes(tool));
    const named = [...byId, ...byTitle];
    const mentioned = tools.filter(
      ({ desc }) =>
        desc.toLowerCase().includes(splitWords(task.id).join(" ")) ||
        desc.toLowerCase().includes(task.title.toLowerCase()),
    );
    const owners = named.length > 0 ? named : mentioned.slice(0, 1);
    for (const { id } of owners) wordings.get(id)?.specs.push(task);
    for (const phrase of task.phrases ?? []) {
      const closeness = owners.map((tool) => common(phrase, `${tool.id} ${tool.desc}`));
      const most = Math.max(...closeness);
      const owner = owners[closeness.indexOf(most)];
      if (owner) wordings.get(owner.id)?.phrases.push(phrase);
    }
  }
  return wordings;
}

/** The same name, or one that only adds of what it is: "Text Translator" stands for "translation". */
function standsFor(tool: Tool, name: string): boolean {
  const [own, other] = [contentStems(tool.id), contentStems(name)];
  if (own.join(" ") === other.join(" ")) return true;
  const added = own.filter((one) => !other.includes(one));
  const telling = other.some((one) => !typeStems.has(one));
  return telling && other.every((one) => own.includes(one)) && added.every((one) => typeStems.has(one));
}

const typeStems: ReadonlySet<string> = new Set(["text", "image", "audio", "video", "document", "sentence"].map(stem));

function common(phrase: string, text: string): number {
  const stems = new Set(contentStems(text));
  return contentStems(phrase).filter((one) => stems.has(one)).length;
}

/** The files that a request names, as if they had been sent with it. */
export function assetsNamedIn(text: string): RequestAsset[] {
  return fileNames(text).map((name, index) => {
    const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
    const type = typeOfEnding.get(ending) ?? "text";
    const asset = createHash("sha256").update(name).digest("hex");
    return { handle: `${type}-${index + 1}`, asset, name, type: type === "document" ? "text" : type };
  });
}
