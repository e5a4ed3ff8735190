/** A run as text, for people who read logs: one line per node, the graph in the margin. */
import { criticalPath } from "./critical-path.ts";
import {
  describeData,
  describeTime,
  describeEffort,
  describeOrigin,
  describeTrouble,
  expertOf,
  glyphs,
  seconds,
} from "./describe-node.ts";
import type { NodeStatus, RunStatus } from "./events.ts";
import { edgesOf, nodesInOrder } from "./graph-edges.ts";
import { drawGutter, type GutterRow } from "./gutter.ts";
import { printable } from "./render-value.ts";
import { isFinished, itemsOf, type NodeState, type RunState } from "./state.ts";

export interface RenderTextOptions {
  /** Epoch milliseconds; tells how long a run or step that has not ended has been going on. */
  readonly now?: number | undefined;
  /** Whether to colour with ANSI sequences. @default false */
  readonly color?: boolean | undefined;
  /** Longest line, in characters; what is longer goes on beneath. @default 120 */
  readonly columns?: number | undefined;
}

/** Items of a mapped node that are listed; those that did not succeed come first in line. */
const MAX_ITEMS = 8;

const colors: Readonly<Record<NodeStatus | RunStatus, number>> = {
  waiting: 90,
  ready: 36,
  planning: 34,
  running: 34,
  succeeded: 32,
  partial: 33,
  failed: 31,
  skipped: 33,
  canceled: 90,
  expired: 31,
};

/**
 * Draws the plan before anything ran, and the course of things afterwards. Glyphs: `·` waiting, `○` ready, `●` running,
 * `✓` succeeded, `✗` failed, `↷` skipped, `⊘` canceled; `*` marks the critical path.
 */
export function renderText(state: RunState, { now, color = false, columns = 120 }: RenderTextOptions = {}): string {
  const paint = color ? ansi : plain;
  const nodes = nodesInOrder(state);
  const gutters = drawGutter(
    nodes.map(({ spec }) => spec.id),
    edgesOf(state).filter(({ kind }) => kind !== "item"),
  );
  const critical = new Set(criticalPath(state));
  // Who did it is worth telling where several could have.
  const tellsWorkers = new Set(nodes.flatMap(({ worker }) => worker ?? [])).size > 1;
  const entries = nodes.map((node) => ({
    node,
    cells: [...cellsOf(node, critical, now), tellsWorkers ? printable(node.worker ?? "", 40) : ""],
    gutter: gutters.get(node.spec.id),
  }));
  const widths = entries[0]?.cells.map((_, column) =>
    Math.max(...entries.map(({ cells }) => cells[column]?.length ?? 0)),
  );

  const lines = entries.flatMap(({ node, cells, gutter = { before: "", after: "", below: " " } }) => {
    const text = cells
      .flatMap((cell, column) => (widths?.[column] ? [cell.padEnd(widths[column] ?? 0)] : []))
      .join("  ");
    const block = { gutter, columns, indent: (widths?.[0] ?? 0) + 2 };
    const details = [...describeTrouble(node), ...notesOf(state, node), ...itemLines(state, node, critical, now)];
    return [
      ...firstLines(text, tailOf(state, node), glyphOf(node, paint), block),
      ...details.flatMap((detail) => beneath(detail, block)),
    ];
  });
  return [...header(state, now, paint), ...lines].map((line) => line.trimEnd()).join("\n");
}

type Paint = (text: string, status: NodeStatus | RunStatus) => string;
const plain: Paint = (text) => text;
const ansi: Paint = (text, status) => `\u001B[${colors[status]}m${text}\u001B[0m`;

function glyphOf({ status }: NodeState, paint: Paint): string {
  return paint(glyphs[status], status);
}

function header(state: RunState, now: number | undefined, paint: Paint): string[] {
  const { runId, status, createdAt, finishedAt, finishReason } = state;
  const end = finishedAt ?? now;
  const time = end === undefined ? [] : [`${seconds(end - createdAt)}${isFinished(state) ? "" : " so far"}`];
  const line = [`run ${printable(runId)}`, paint(status, status), ...time].join(" · ");
  return [line, ...(finishReason === undefined ? [] : [`reason: ${printable(finishReason)}`])];
}

/** The columns after the margin: mark of the critical path, id, task, expert, time. */
function cellsOf(node: NodeState, critical: ReadonlySet<string>, now: number | undefined): string[] {
  const { id, task } = node.spec;
  return [
    critical.has(id) ? "*" : " ",
    id,
    task === id ? "" : printable(task, 40),
    expertOf(node),
    describeTime(node, now),
  ];
}

/** What stands in no column: what it took and gave, and what that cost. */
function tailOf(state: RunState, node: NodeState): string {
  const reused = node.usage.reused ? "(reused)" : "";
  const origin = node.spec.by === undefined ? "" : `(${describeOrigin(node.spec.by)})`;
  return [describeData(state, node), describeEffort(node), reused, origin].filter((part) => part !== "").join("  ");
}

interface Block {
  readonly gutter: GutterRow;
  readonly columns: number;
  /** Where the lines beneath begin, counted from the margin's end: under the id. */
  readonly indent: number;
}

function firstLines(text: string, data: string, glyph: string, block: Block): string[] {
  const { before, after } = block.gutter;
  const line = `${before}${glyph}${after}  ${text}`;
  // The margin has one character for the glyph, however it is painted.
  const length = before.length + after.length + text.length + 3;
  if (data === "") return [line];
  return length + 2 + data.length <= block.columns ? [`${line}  ${data}`] : [line, ...beneath(data, block)];
}

function beneath(text: string, { gutter, columns, indent }: Block): string[] {
  const margin = `${gutter.below}  ${" ".repeat(indent)}`;
  return wrap(text, columns - margin.length).map((line) => margin + line);
}

/** Breaks at spaces; a word that is longer than a line stays whole. Leading spaces are kept in every line. */
function wrap(text: string, width: number): string[] {
  const indent = /^ */.exec(text)?.[0] ?? "";
  const lines: string[] = [];
  let line = indent;
  for (const word of text.trim().split(" ")) {
    if (line.trim() !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${indent}  `;
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}

function notesOf({ notes }: RunState, { spec }: NodeState): string[] {
  return notes.filter(({ nodeId }) => nodeId === spec.id).map(({ text }) => `note: ${printable(text)}`);
}

function itemLines(
  state: RunState,
  { spec }: NodeState,
  critical: ReadonlySet<string>,
  now: number | undefined,
): string[] {
  const items = itemsOf(state, spec.id);
  const urgent = [
    ...items.filter(({ status }) => status !== "succeeded"),
    ...items.filter(({ status }) => status === "succeeded"),
  ];
  const shown = new Set(urgent.slice(0, MAX_ITEMS));
  const lines = items
    .filter((item) => shown.has(item))
    .flatMap((item) => {
      const mark = critical.has(item.spec.id) ? "*" : " ";
      const place = `[${item.spec.item?.index}]`;
      const about = [expertOf(item), describeTime(item, now), tailOf(state, item)];
      const line = [`${glyphs[item.status]} ${mark}${place}`, ...about].filter((part) => part !== "").join("  ");
      return [line, ...describeTrouble(item).map((trouble) => `    ${trouble}`)];
    });
  const rest = Map.groupBy(
    items.filter((item) => !shown.has(item)),
    ({ status }) => status,
  );
  const counts = [...rest].map(([status, { length }]) => `${length} ${status}`);
  return counts.length > 0 ? [...lines, `… and ${counts.join(", ")}`] : lines;
}
