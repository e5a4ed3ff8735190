/** Takes texts for open inputs from the words of a request. */
import type { InputSpec } from "../../registry/task-spec.ts";
import { readRequest } from "../builtin/read-request.ts";

function quotations(text: string): string[] {
  return readRequest(text, []).flatMap(({ kind, content }) => (kind === "quote" && content ? [content] : []));
}

function only<T>(things: readonly T[]): T | undefined {
  return new Set(things).size === 1 ? things[0] : undefined;
}

/** The one question of the request, quoted or plain; undefined where there is none, or are several. */
export function questionIn(text: string): string | undefined {
  const quoted = quotations(text).filter((one) => one.endsWith("?"));
  if (quoted.length > 0) return only(quoted);
  const sentences = text.slice(0, 10_000).match(/[^.?!\n]+[.?!\n]/g) ?? [];
  return only(sentences.map((one) => one.trim()).filter((one) => one.endsWith("?")));
}

/**
 * What the request says for an input of this kind. A passage is what it quotes, or, where there is nothing else to
 * work on (`isAlone`), all of it; an instruction is all of it.
 */
export function wordsFor(slot: InputSpec["slot"], text: string, isAlone: boolean): string | undefined {
  const all = text.trim() || undefined;
  if (slot === "question") return questionIn(text) ?? all;
  if (slot === "instruction") return all;
  if (slot !== undefined && slot !== "passage") return undefined;
  const quoted = quotations(text);
  return quoted.length > 0 ? only(quoted) : isAlone ? all : undefined;
}
