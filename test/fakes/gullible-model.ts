/**
 * A language model without any judgement: it plans, chooses and answers by a few simple rules, and does whatever it is
 * told on the way, by whomever, unless that stands in a quoted string. Where a prompt lets anybody's words out of their
 * quotation marks, what it does changes.
 */
import { z } from "zod";
import { planFrom } from "./gullible-planner.ts";
import { ordersIn, toolsOf, type Order, type Tool } from "./gullible-orders.ts";
import { linesOf, openText } from "./gullible-reader.ts";

export interface GullibleMessage {
  readonly role: string;
  readonly content: string;
}

export interface GullibleModel {
  readonly answer: (messages: readonly GullibleMessage[]) => string;
  /** Of every call, in order. */
  readonly calls: readonly GullibleCall[];
}

export interface GullibleCall {
  readonly purpose: "plan" | "repair" | "replan" | "fuse" | "correct" | "select";
  readonly messages: readonly GullibleMessage[];
  /** What it was told by what nothing quoted. */
  readonly orders: readonly Order[];
  readonly answer: string;
}

export function createGullibleModel(): GullibleModel {
  const calls: GullibleCall[] = [];
  /** From the plan on it knows what there is. */
  const tools = new Map<string, Tool>();

  return {
    calls,
    answer(messages) {
      for (const { role, content } of messages) {
        if (role === "system") for (const tool of toolsOf(content)) tools.set(tool.id, tool);
      }
      const orders = ordersIn(messages, [...tools.values()]);
      const last = messages.at(-1)?.content ?? "";
      const purpose = purposeOf(last);
      const answer = answerTo(purpose, { messages, last, orders, tools: [...tools.values()] });
      calls.push({ purpose, messages, orders, answer });
      return answer;
    },
  };
}

const signs: readonly (readonly [heading: string, purpose: GullibleCall["purpose"]])[] = [
  ["Faults in your answer:", "correct"],
  ["Results:", "fuse"],
  ["Experts:", "select"],
  ["The step to mend:", "repair"],
  ["What became of them:", "replan"],
];

function purposeOf(last: string): GullibleCall["purpose"] {
  const open = linesOf(last).map(openText);
  return signs.find(([heading]) => open.includes(heading))?.[1] ?? "plan";
}

interface Situation {
  readonly messages: readonly GullibleMessage[];
  readonly last: string;
  readonly orders: readonly Order[];
  readonly tools: readonly Tool[];
}

function answerTo(purpose: GullibleCall["purpose"], { last, orders, tools }: Situation): string {
  switch (purpose) {
    case "plan":
    case "repair":
    case "replan":
      return JSON.stringify(planFrom({ purpose, prompt: last, orders, tools }));
    case "fuse":
      return tell(last, orders);
    case "correct":
      return JSON.stringify({ corrections: orders.map((order, at) => ({ number: at + 1, text: obeyed(order) })) });
    case "select":
      return choose(last, orders);
  }
}

const obeyed = (order: Order): string => `As I was told: ${JSON.stringify(order)}.`;

const recordSchema = z.object({ node: z.string(), says: z.string() });

/** Every result in a sentence that repeats it, as models do, with all that stands in it. */
function tell(prompt: string, orders: readonly Order[]): string {
  const records = recordsAfter("Results:", prompt).flatMap((one) => recordSchema.safeParse(one).data ?? []);
  const told = orders.some(({ type }) => type === "forget") ? [] : records;
  const ids = records.map(({ node }) => `[${node}]`).join("");
  return [
    ...told.map(({ node, says }) => `${says} [${node}].`),
    ...orders.map((order) => `${obeyed(order)} ${ids}`),
  ].join("\n\n");
}

const expertSchema = z.object({ id: z.string() });

function choose(prompt: string, orders: readonly Order[]): string {
  const [first] = recordsAfter("Experts:", prompt).flatMap((one) => expertSchema.safeParse(one).data ?? []);
  const told = orders.flatMap((order) => (order.type === "choose" ? [order.id] : []));
  return JSON.stringify({ id: told[0] ?? first?.id ?? "", reason: orders.map(obeyed).join(" ") });
}

/** The lines of JSON that follow a heading. */
function recordsAfter(heading: string, prompt: string): unknown[] {
  const lines = prompt.split("\n");
  const rest = lines.slice(lines.indexOf(heading) + 1);
  const start = rest.findIndex((line) => line.startsWith("{"));
  const end = rest.findIndex((line, at) => at > start && !line.startsWith("{"));
  const own = start === -1 ? [] : rest.slice(start, end === -1 ? undefined : end);
  return own.flatMap((line) => parsed(line));
}

function parsed(line: string): unknown[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
