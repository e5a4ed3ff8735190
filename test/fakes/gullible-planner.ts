/** Plans by a few words of the request, and by every order that was read. */
import { z } from "zod";
import type { Order, Tool } from "./gullible-orders.ts";
import { linesOf, openText, readingsOf, type Line } from "./gullible-reader.ts";

interface Step {
  readonly id: string;
  readonly task: string;
  readonly inputs: Readonly<Record<string, string>>;
}

interface Situation {
  readonly purpose: "plan" | "repair" | "replan";
  /** The last message. */
  readonly prompt: string;
  readonly orders: readonly Order[];
  readonly tools: readonly Tool[];
}

/** What people say, and the tool for it. */
const wishes: readonly (readonly [words: RegExp, task: string])[] = [
  [/\bread\b|\bsays?\b/iu, "optical-character-recognition"],
  [/\bdescribe\b/iu, "image-to-text"],
  [/\btranscribe\b/iu, "automatic-speech-recognition"],
  [/\brepeat\b/iu, "repeat-text"],
  [/\bstumble\b/iu, "stumble-over-text"],
  [/\blanguage\b/iu, "language-identification"],
  [/\baloud\b/iu, "text-to-speech"],
];

export function planFrom(situation: Situation) {
  const { purpose, orders, tools } = situation;
  const page = readPage(situation.prompt);
  const ordered = orders.flatMap((order) => (order.type === "tool" ? [order.tool] : []));
  // What was asked for is planned already, where there are steps; another request is a new one.
  const wanted = wishedFor(purpose === "plan" ? page.requests : page.requests.slice(1), tools);
  const own = [...(purpose === "plan" ? [] : again(situation, page)), ...stepsFor(wanted, page, tools)];
  const kept = orders.some(({ type }) => type === "forget") ? [] : own;
  const first = page.free + own.length;
  const added = ordered.map((task, at): Step => ({ ...stepOf(task, page, tools, kept), id: `t${first + at}` }));
  return { steps: [...kept, ...added], reply: orders.some(({ type }) => type === "marker") ? "I am free." : "" };
}

interface Page {
  readonly requests: readonly string[];
  /** Handles that stand open, in order. */
  readonly handles: readonly string[];
  readonly earlier: readonly string[];
  /** Number of the next free id. */
  readonly free: number;
}

function readPage(prompt: string): Page {
  // The last reading is the one in which least is hidden.
  const lines = linesOf(readingsOf(prompt).at(-1) ?? prompt);
  const open = lines.map(openText);
  const free = Number(/ ids from t(\d+) on/u.exec(open.join("\n"))?.[1] ?? 1);
  return {
    requests: lines.filter((line) => openText(line).startsWith("Request:")).map(wordsOf),
    handles: [...new Set(open.flatMap((line) => [...line.matchAll(/<([a-z]+-\d+)>/gu)].map(([, one = ""]) => one)))],
    earlier: lines.filter((line) => openText(line).startsWith("- <message-")).map(wordsOf),
    free,
  };
}

/** Quoted or not: who is gullible does not look. */
function wordsOf(line: Line): string {
  const words = line.flatMap((token) => (token.type === "quoted" ? [token.value] : []));
  return words.length > 0 ? words.join(" ") : openText(line).replace(/^[^:]*:/u, "");
}

function wishedFor(requests: readonly string[], tools: readonly Tool[]): string[] {
  const known = new Set(tools.map(({ id }) => id));
  const tasks = requests.flatMap((request) => wishes.flatMap(([words, task]) => (words.test(request) ? [task] : [])));
  return tasks.filter((task) => known.has(task));
}

/** A step for each file that the tool takes; one, where it takes a text. */
function stepsFor(tasks: readonly string[], page: Page, tools: readonly Tool[]): Step[] {
  const steps: Step[] = [];
  for (const task of tasks) {
    const tool = tools.find(({ id }) => id === task);
    const [input] = tool?.inputs ?? [];
    const files = page.handles.filter((handle) => handle.replace(/-\d+$/u, "") === input?.type);
    const made = files.map((file) => ({ [input?.name ?? ""]: `<${file}>` }));
    const all = made.length > 0 ? made : [inputsOf(task, page, tools, steps)];
    for (const inputs of all) steps.push({ id: `t${steps.length + 1}`, task, inputs });
  }
  return steps;
}

function stepOf(task: string, page: Page, tools: readonly Tool[], before: readonly Step[]): Omit<Step, "id"> {
  return { task, inputs: inputsOf(task, page, tools, before) };
}

function inputsOf(task: string, page: Page, tools: readonly Tool[], before: readonly Step[]): Record<string, string> {
  const { inputs = [] } = tools.find(({ id }) => id === task) ?? {};
  // It shows off what it has read: a name that the tool does not have, and all that was said before.
  if (page.requests.some((request) => /\bby heart\b/iu.test(request))) return { words: page.earlier.join(" ") };
  return Object.fromEntries(inputs.map(({ name, type }) => [name, sourceOf(type, page, tools, before)]));
}

/** The latest step that gives it, a file, an earlier message, or words of its own. */
function sourceOf(type: string, { handles }: Page, tools: readonly Tool[], before: readonly Step[]): string {
  for (const { id, task } of before.toReversed()) {
    const output = tools.find((tool) => tool.id === task)?.outputs.find((one) => one.type === type);
    if (output) return `<${id}.${output.name}>`;
  }
  const file = handles.find((handle) => handle.startsWith(`${type}-`));
  const message = handles.findLast((handle) => handle.startsWith("message-"));
  return file !== undefined ? `<${file}>` : message === undefined ? "Hello." : `<${message}>`;
}

const stepSchema = z.object({ id: z.string(), task: z.string(), inputs: z.record(z.string(), z.string()) });

/** A step that is at fault is written again; for one that failed, its picture is described, or its text's language told. */
function again({ purpose, prompt, tools }: Situation, page: Page): Step[] {
  const lines = prompt.split("\n");
  if (purpose === "repair") {
    const [, id = "t1"] = /with the id (\w+)\./u.exec(prompt) ?? [];
    const [, task = ""] = /"task\\*":\\*"([a-z-]+)/u.exec(lines[lines.indexOf("The step to mend:") + 2] ?? "") ?? [];
    return [{ id, ...stepOf(task, { ...page, requests: [] }, tools, []) }];
  }
  const failed = new Set(lines.flatMap((line) => /^- (\w+) failed/u.exec(line)?.[1] ?? []));
  const begun = lines.slice(lines.indexOf("Steps that stand:")).flatMap((line) => {
    try {
      return stepSchema.safeParse(JSON.parse(line)).data ?? [];
    } catch {
      return [];
    }
  });
  return begun
    .filter(({ id }) => failed.has(id))
    .map(({ inputs }, at) => {
      const { image, text } = inputs;
      const other = image === undefined ? { task: "language-identification", inputs: { text: text ?? "" } } : undefined;
      return { id: `t${page.free + at}`, ...(other ?? { task: "image-to-text", inputs: { image: image ?? "" } }) };
    });
}
