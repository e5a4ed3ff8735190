/** Short names for what a plan may use besides its own results: files, long texts of the request, earlier messages. */
import type { PlanInput } from "../../ports/planner.ts";
import type { Binding } from "../../run/plan-node.ts";
import type { ValueType } from "../../run/value.ts";
import { readRequest } from "../builtin/read-request.ts";

export interface Handle {
  readonly name: string;
  readonly type: ValueType;
  readonly binding: Binding;
  /** Of a file: what it is called. */
  readonly file?: string | undefined;
  /** Of a text: its words. */
  readonly text?: string | undefined;
}

/** Quotations shorter than this are as easily written again. */
const LEAST_QUOTE = 30;
const LEAST_PASSAGE = 120;
const MOST_QUOTES = 20;
/** Messages before these are forgotten. */
const MOST_MESSAGES = 8;

export type Handles = ReadonlyMap<string, Handle>;

export function handlesOf(input: Pick<PlanInput, "assets" | "text" | "history">): Handles {
  const all: Handle[] = input.assets.map(({ handle, type, asset, name }) => ({
    name: handle,
    type,
    binding: { asset },
    file: name,
  }));
  for (const [at, text] of longTexts(input).slice(0, MOST_QUOTES).entries()) all.push(words(`quote-${at + 1}`, text));
  for (const { at, text } of recentMessages(input)) all.push(words(`message-${at + 1}`, text));
  if (input.text.trim() !== "") all.push(words("request", input.text));
  return new Map(all.map((handle) => [handle.name, handle]));
}

/** What the request quotes; where it quotes nothing, what stands after its first colon or line break. */
function longTexts({ text, assets }: Pick<PlanInput, "text" | "assets">): string[] {
  const quotes = readRequest(text, assets).flatMap(({ kind, content = "" }) =>
    kind === "quote" && content.length >= LEAST_QUOTE ? [content] : [],
  );
  if (quotes.length > 0) return [...new Set(quotes)];
  const passage = /[:\n]\s*(\S[\s\S]*)$/.exec(text)?.[1]?.trim() ?? "";
  return passage.length >= LEAST_PASSAGE ? [passage] : [];
}

/** The messages that are told, with their places in the whole conversation. */
export function recentMessages({ history }: Pick<PlanInput, "history">) {
  const told = history.map((message, at) => ({ ...message, at })).filter(({ text }) => text.trim() !== "");
  return told.slice(-MOST_MESSAGES);
}

function words(name: string, text: string): Handle {
  return { name, type: "text", binding: { value: { type: "text", value: text } }, text };
}
