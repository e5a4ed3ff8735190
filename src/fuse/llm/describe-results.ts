/** What the model is shown of a run: one line of quoted JSON for each record. Pure. */
import { cut } from "../subject.ts";
import { escapeSpecial } from "../../prompts/quote-data.ts";
import type { RunState } from "../../run/state.ts";
import type { Value } from "../../run/value.ts";
import { tasksOf, type LoadedOutputs } from "../grounding/evidence.ts";
import type { OutcomeWords } from "./outcome-words.ts";

/** Characters of one text, from generous to barely readable: the first with which everything fits is taken. */
const TEXT_LENGTHS = [2000, 800, 300, 120];
const LISTED = 12;

export interface DescribedResults {
  readonly text: string;
  /** How many results did not fit and were left out. */
  readonly leftOut: number;
}

/** @param most characters of the whole */
export function describeResults(
  state: RunState,
  words: OutcomeWords,
  outputs: LoadedOutputs,
  most: number,
): DescribedResults {
  const shortest = TEXT_LENGTHS.at(-1) ?? 0;
  for (const length of TEXT_LENGTHS) {
    const text = assemble(state, words, resultLines(state, words, outputs, length), length, 0);
    if (text.length <= most) return { text, leftOut: 0 };
  }
  const lines = resultLines(state, words, outputs, shortest);
  const all = lines.length;
  const rest = assemble(state, words, [], shortest, all).length;
  let room = most - rest;
  const kept = lines.filter((line) => (room -= line.length + 1) >= 0);
  return { text: assemble(state, words, kept, shortest, all - kept.length), leftOut: all - kept.length };
}

function assemble(state: RunState, { lost }: OutcomeWords, results: readonly string[], length: number, left: number) {
  const failures = [...lost.values()]
    .slice(0, LISTED)
    .map(({ id, text }) => quoteLine({ node: id, says: clip(text.replace(/^- /u, ""), length) }));
  const notes = [...new Set(state.notes.map(({ text }) => text))].slice(0, LISTED);
  return [
    "Results:",
    ...results,
    ...(left > 0 ? [`(${left} more results did not fit here.)`] : []),
    ...section("Not done:", failures),
    ...section(
      "Notes:",
      notes.map((note) => quoteLine({ note: clip(note, length) })),
    ),
    "Request:",
    ...requestLines(state, Math.max(length, 600)),
  ].join("\n");
}

function section(heading: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [heading, ...lines] : [];
}

function resultLines(state: RunState, { found }: OutcomeWords, outputs: LoadedOutputs, length: number): string[] {
  return tasksOf(state).flatMap(({ spec }) => {
    const told = found.get(spec.id);
    if (!told) return [];
    const says = told.text.slice(0, told.citation.start - told.start).trimEnd();
    // What the words say already would only fill the prompt.
    const more = Object.entries(outputs.get(spec.id) ?? {}).filter(([, value]) => !isToldBy(says, value));
    const also = Object.fromEntries(more.map(([name, value]) => [name, show(value, length)]));
    const shown = { node: spec.id, task: spec.task, says: clip(says, length) };
    return [quoteLine(more.length > 0 ? { ...shown, also } : shown)];
  });
}

function isToldBy(says: string, value: Value): boolean {
  if (value.type === "text") return says.includes(value.value.trim());
  if (value.type === "number" || value.type === "boolean") return false;
  return "asset" in value && value.name !== undefined && says.includes(value.name);
}

function requestLines({ request }: RunState, length: number): string[] {
  return request.messages.slice(-LISTED).map(({ role, content }) => {
    const said = content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
    const files = content.flatMap((part) => (part.type === "asset" ? [part.name ?? `a file (${part.kind})`] : []));
    return quoteLine({ role, text: clip(said, length), ...(files.length > 0 ? { files: files.slice(0, 50) } : {}) });
  });
}

/** A value, small: what is cut says so. */
function show(value: Value, length: number): unknown {
  switch (value.type) {
    case "text":
      return clip(value.value, length);
    case "number":
    case "boolean":
      return value.value;
    case "json":
      return clip(JSON.stringify(value.value) ?? "null", length);
    case "boxes":
      return some(value.value, ({ label, score, box }) => {
        const corners = [box.xmin, box.ymin, box.xmax, box.ymax].map(Math.round);
        return { label, score: Number(score.toFixed(2)), box: corners };
      });
    case "labels":
      return some(value.value, ({ label, score }) => ({ label, score: Number(score.toFixed(2)) }));
    case "table":
      return [value.value.columns, ...some(value.value.rows, (row) => row.map((cell) => clip(cell, 200)))];
    case "embedding":
      return `a vector of ${value.value.vector.length} numbers`;
    case "list":
      return some(value.items, (item) => show(item, Math.ceil(length / 4)));
    case "spilled":
      return `${value.bytes} bytes`;
    default:
      return value.name ?? `a file (${value.type})`;
  }
}

function some<T>(items: readonly T[], describe: (item: T) => unknown): unknown[] {
  const shown = items.slice(0, LISTED).map(describe);
  return items.length > LISTED ? [...shown, `(${items.length - LISTED} more, not shown)`] : shown;
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${cut(text, length)} (cut here; ${text.length} characters in all)`;
}

function quoteLine(record: Readonly<Record<string, unknown>>): string {
  return escapeSpecial(JSON.stringify(record));
}
