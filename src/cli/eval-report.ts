/** Shows the scores of a planner: as JSON for machines, as a table for people. */
import { type CaseScore, summarize, type Summary } from "../plan/score-plans.ts";

const types = ["single", "chain", "dag"] as const;

function groups(scores: readonly CaseScore[]): readonly (readonly [name: string, summary: Summary])[] {
  const ofTypes = (...wanted: readonly string[]): Summary =>
    summarize(scores.filter(({ type }) => wanted.includes(type)));
  return [
    ["overall", summarize(scores)],
    ...types.map((type) => [type, ofTypes(type)] as const),
    ["chainAndDag", ofTypes("chain", "dag")],
  ];
}

export function renderJson(scores: readonly CaseScore[]): string {
  return JSON.stringify(Object.fromEntries(groups(scores)));
}

export function renderTable(scores: readonly CaseScore[], planner: string): string {
  const head = ["", "cases", "node F1", "95 %", "link F1", "95 %", "exact", "valid", "ms"];
  const rows = groups(scores).map(([name, summary]) => [
    name === "chainAndDag" ? "chain+dag" : name,
    String(summary.cases),
    summary.nodeF1.toFixed(3),
    interval(summary.nodeF1Interval),
    summary.linkF1.toFixed(3),
    interval(summary.linkF1Interval),
    percent(summary.exact),
    percent(summary.valid),
    summary.msPerRequest.toFixed(1),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  return `${planner}\n${[head, ...rows].map(line).join("\n")}\n`;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const interval = ([low, high]: readonly [number, number]): string => `${low.toFixed(2)}..${high.toFixed(2)}`;
