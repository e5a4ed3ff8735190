/** Puts an answer together: what the model wrote and what holds, then the recorded words for what it left out. Pure. */
import { dataReferences } from "../../run/plan-node.ts";
import { itemsOf, type RunState } from "../../run/state.ts";
import type { Answer, Citation } from "../answer.ts";
import type { CheckedLine, CheckedSentence } from "../grounding/check-grounding.ts";
import { tasksOf } from "../grounding/evidence.ts";
import { marker } from "../grounding/sentences.ts";
import type { OutcomeWords, ToldNode } from "./outcome-words.ts";

export interface ComposedAnswer {
  readonly answer: Answer;
  /** Sentences that were dropped, or replaced by recorded words. */
  readonly replaced: number;
  /** Nodes that the model left out though nothing else tells of them. */
  readonly added: number;
}

/** @param told the answer that repeats records, which `words` is taken from */
export function composeAnswer(
  state: RunState,
  lines: readonly CheckedLine[],
  words: OutcomeWords,
  told: Answer,
): ComposedAnswer {
  const writer = new Writer(state);
  const sentences = lines.flatMap((line) => line.sentences);
  const mentioned = new Set(sentences.filter(isGood).flatMap(({ nodes }) => nodes));
  let end = 0;
  for (const line of lines) {
    const kept = line.sentences.flatMap((sentence): (CheckedSentence | ToldNode)[] => {
      if (isGood(sentence)) return [sentence];
      const instead = sentence.nodes.flatMap((id) => words.found.get(id) ?? []).filter(({ id }) => !mentioned.has(id));
      for (const { id } of instead) mentioned.add(id);
      return instead;
    });
    const isParagraph = line.start - end > 1;
    end = line.end;
    if (kept.length > 0) writer.line(line.prefix, kept, isParagraph);
  }
  const forgotten = leavesOf(state).filter((ids) => !ids.some((id) => mentioned.has(id)));
  const added = forgotten.flatMap((ids) => ids.flatMap((id) => words.found.get(id) ?? []));
  for (const one of added) writer.line("", [one], false);
  writer.rest(words, mentioned);
  const replaced = sentences.filter((sentence) => !isGood(sentence)).length;
  return { answer: { ...writer.written(), assets: told.assets }, replaced, added: added.length };
}

function isGood({ faults }: CheckedSentence): boolean {
  return faults.length === 0;
}

/** Results that nothing was made from: they are what was asked for. A mapped node is told with its items, or by one. */
function leavesOf(state: RunState): string[][] {
  const tasks = tasksOf(state).filter(({ status, spec }) => status === "succeeded" && !spec.item);
  const used = new Set(tasks.flatMap(({ spec }) => dataReferences(spec).map(({ from }) => from)));
  return tasks
    .filter(({ spec }) => !used.has(spec.id))
    .map(({ spec }) => [spec.id, ...itemsOf(state, spec.id).map((item) => item.spec.id)]);
}

function isTold(part: CheckedSentence | ToldNode): part is ToldNode {
  return "citation" in part;
}

function isHeading(line: string | ToldNode): boolean {
  return typeof line === "string" && line.endsWith(":");
}

/** What was written so far and holds, laid out as it will be in the answer. */
export function layOut(state: RunState, lines: readonly CheckedLine[]): string {
  const writer = new Writer(state);
  let end = 0;
  for (const line of lines) {
    if (line.sentences.length > 0) writer.line(line.prefix, line.sentences, line.start - end > 1);
    end = line.end;
  }
  return writer.written().text;
}

class Writer {
  readonly #state: RunState;
  #text = "";
  readonly #citations: Citation[] = [];

  constructor(state: RunState) {
    this.#state = state;
  }

  line(prefix: string, parts: readonly (CheckedSentence | ToldNode)[], isParagraph: boolean): void {
    if (this.#text !== "") this.#text += isParagraph ? "\n\n" : "\n";
    this.#text += prefix;
    for (const [index, part] of parts.entries()) {
      const before = parts[index - 1];
      // Recorded words have no full stop: they stand on a line of their own.
      if (before) this.#text += isTold(part) || isTold(before) ? "\n" : " ";
      if (isTold(part)) this.#told(part);
      else this.#sentence(part);
    }
  }

  /** What was not done and notes, without what was mentioned already; a heading goes with the last of its lines. */
  rest({ lost, rest }: OutcomeWords, mentioned: ReadonlySet<string>): void {
    const startingAt = new Map([...lost.values()].map((told) => [told.start, told]));
    let at = rest.start;
    for (const paragraph of rest.text.split("\n\n")) {
      const lines = paragraph.split("\n").map((text) => {
        const line = startingAt.get(at) ?? text;
        at += text.length + 1;
        return line;
      });
      at += 1;
      const kept = lines.filter((line) => typeof line === "string" || !mentioned.has(line.id));
      const isEmpty = kept.every((line) => line === "" || (kept.length < lines.length && isHeading(line)));
      if (isEmpty) continue;
      this.#text += "\n";
      for (const line of kept) {
        this.#text += "\n";
        if (typeof line === "string") this.#text += line;
        else this.#told(line);
      }
    }
  }

  written(): Pick<Answer, "text" | "citations"> {
    return { text: this.#text, citations: this.#citations };
  }

  #told({ text, citation, start }: ToldNode): void {
    const offset = this.#text.length - start;
    this.#text += text;
    this.#citations.push({ ...citation, start: citation.start + offset, end: citation.end + offset });
  }

  #sentence({ text, nodes }: CheckedSentence): void {
    for (const found of text.matchAll(marker)) {
      const node = this.#state.nodes.get(found[1] ?? "");
      if (!node || !nodes.includes(node.spec.id)) continue;
      const start = this.#text.length + found.index;
      const citation = { node: node.spec.id, task: node.spec.task, start, end: start + found[0].length };
      this.#citations.push(node.expert ? { ...citation, expert: node.expert.id } : citation);
    }
    this.#text += text;
  }
}
