/**
 * Reads plans in TaskBench's dialect (Y. Shen et al., 2023): `{task_steps, task_nodes: [{task, arguments}],
 * task_links: [{source, target}]}`. Takes any data: what has not that shape is read as well as can be, and noted.
 */
import type { PlanAsset } from "../check-problem.ts";
import { typeOfEnding } from "../builtin/lexicon.ts";
import { splitWords } from "../builtin/words.ts";
import type { DraftArgument, DraftLink, DraftNode, DraftPlan, Said } from "../repair/draft-plan.ts";
import type { Mend } from "../repair/mend.ts";
import { type Fields, fieldOf, isFields, listOf } from "./any-data.ts";
import { readLooseJson } from "./loose-json.ts";
import { readArguments } from "./taskbench-arguments.ts";
import { outputOfTask, readReferences } from "./taskbench-reference.ts";

export interface TaskBenchPlan {
  readonly id: string | undefined;
  /** The words of the request. */
  readonly text: string;
  /** The plan, still to be read by {@link draftOf}; undefined where there is none. */
  readonly plan: Fields | undefined;
}

/** One recorded answer: the plan beside its request, or inside of `result` as TaskBench's own predictions have it. */
export function readTaskBenchPlan(data: unknown): TaskBenchPlan {
  if (!isFields(data)) return { id: undefined, text: "", plan: undefined };
  const id = fieldOf(data, "id");
  const text = fieldOf(data, "user_request", "instruction", "request");
  const held = fieldOf(data, "result", "prediction", "plan", "response", "output");
  const inner = typeof held === "string" ? readLooseJson(held) : held;
  return {
    id: typeof id === "string" || typeof id === "number" ? String(id) : undefined,
    text: typeof text === "string" ? text : "",
    plan: [data, inner].filter(isFields).find((one) => nodesOf(one) !== undefined),
  };
}

/** Far more than any plan may have; what is longer is refused without being read to its end. */
const MOST_NODES = 500;
const MOST_LINKS = 2000;
const MOST_ENDS = 20;
const LONGEST_NAME = 200;

const nodesOf = (plan: Fields): unknown => fieldOf(plan, "task_nodes", "tool_nodes");

/** What the plan says, with its files looked up in the request. */
export function draftOf(plan: Fields, text: string, assets: readonly PlanAsset[]): DraftPlan {
  const raw = listOf(nodesOf(plan)).slice(0, MOST_NODES);
  const faults: Mend[] = [];
  const named = raw.map((node) => (isFields(node) ? fieldOf(node, "task", "tool", "name") : node));
  const tasks = named.map((task) => (typeof task === "string" ? task.trim() : ""));
  const request: Request = { lower: text.toLowerCase(), assets, tasks };
  const nodes = raw.map((node, at): DraftNode => {
    const id = `node-${at}`;
    if (!isFields(node) || tasks[at] === "") faults.push(malformed(id, "it has no task, or is no node at all"));
    const given = isFields(node) ? readArguments(fieldOf(node, "arguments", "args", "parameters")) : [];
    return { id, task: tasks[at] ?? "", arguments: given.map((one) => argumentOf(one, request)) };
  });
  return { nodes, links: linksOf(fieldOf(plan, "task_links", "tool_links"), tasks, faults), faults };
}

const malformed = (node: string, text: string): Mend => ({ node, kind: "malformed", text });

interface Request {
  readonly lower: string;
  readonly assets: readonly PlanAsset[];
  /** Names of the plan's tasks, by position. */
  readonly tasks: readonly string[];
}

function argumentOf({ name, value }: { name?: string | undefined; value: string }, request: Request): DraftArgument {
  return { name, said: readSaid(value, request) };
}

function readSaid(value: string, request: Request): Said {
  const text = unquoted(value);
  const file = fileOf(text, request);
  if (file) return file;
  const references = readReferences(text);
  if (references) return "kind" in references ? references : { kind: "mixed", parts: references };
  const task = outputOfTask(text);
  const at = task === undefined ? -1 : request.tasks.findLastIndex((one) => plainWords(one) === plainWords(task));
  if (at >= 0) return { kind: "output", at, counted: false, written: text };
  if (/^<[^<>]{1,80}>$/u.test(text)) return { kind: "blank", written: text };
  return { kind: "text", text: value };
}

const plainWords = (name: string): string => splitWords(name.slice(0, LONGEST_NAME)).join(" ");

/** `'example.jpg'` is a file as well as `example.jpg`. */
function unquoted(value: string): string {
  const text = value.trim();
  return /^(['"`])[^'"`]*\1$/u.test(text) ? text.slice(1, -1).trim() : text;
}

/** A file name or an address, and nothing else; anybody may put the name of one of the request's files into brackets. */
function fileOf(text: string, { lower, assets }: Request): Said | undefined {
  if (text.length > 1000) return undefined;
  const name = /^<([^<>]+)>$/u.exec(text)?.[1] ?? text;
  const last = name.slice(name.search(/[^/\\]*$/u)).toLowerCase();
  const asset =
    assets.find((one) => one.name?.toLowerCase() === name.toLowerCase()) ??
    assets.find((one) => one.name?.toLowerCase() === last);
  const isAddress = /^(?:https?|ftp):\/\/\S+$/iu.test(name);
  const isName =
    !/[\s<>]/u.test(last) && /[^.]\.[a-z0-9]+$/u.test(last) && typeOfEnding.has(last.split(".").at(-1) ?? "");
  if (name !== text && !asset) return undefined;
  if (!asset && !isAddress && !isName) return undefined;
  return { kind: "file", name, asset, held: lower.includes(name.toLowerCase()) };
}

/** Links between nodes that are there; all others are faults. */
function linksOf(data: unknown, tasks: readonly string[], faults: Mend[]): DraftLink[] {
  const links = new Map<string, DraftLink>();
  const positions = createFinder(tasks);
  for (const link of listOf(data).slice(0, MOST_LINKS)) {
    const [source, target] = isFields(link)
      ? [fieldOf(link, "source", "from"), fieldOf(link, "target", "to")]
      : listOf(link);
    for (const one of endsOf(source)) {
      for (const other of endsOf(target)) {
        const [from, to] = [positions(one), positions(other)];
        if (from.length > 0 && to.length > 0) links.set(JSON.stringify([from, to]), { from, to });
        else faults.push(brokenLink(one, other));
      }
    }
  }
  return [...links.values()];
}

const brokenLink = (source: unknown, target: unknown): Mend => ({
  node: "",
  kind: "broken-link",
  text: `no node for the link from ${show(source)} to ${show(target)}`,
});

const endsOf = (end: unknown): readonly unknown[] => (Array.isArray(end) ? end.slice(0, MOST_ENDS) : [end]);

const show = (end: unknown): string => (typeof end === "string" ? JSON.stringify(end.slice(0, 60)) : typeof end);

/** Finds the nodes of a name, as it is written or else in other letters; or the one that a reference points at. */
function createFinder(tasks: readonly string[]): (end: unknown) => readonly number[] {
  const byName = Map.groupBy(tasks.keys(), (at) => tasks[at] ?? "");
  const byWords = Map.groupBy(tasks.keys(), (at) => plainWords(tasks[at] ?? ""));
  return (end) => {
    if (typeof end === "number") return tasks[end] === undefined ? [] : [end];
    if (typeof end !== "string" || plainWords(end) === "") return [];
    const named = byName.get(end.trim()) ?? byWords.get(plainWords(end));
    if (named) return named;
    const reference = readReferences(end);
    return reference && "kind" in reference && tasks[reference.at] !== undefined ? [reference.at] : [];
  };
}
