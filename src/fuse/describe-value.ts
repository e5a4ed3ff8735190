/** Says a value in words. */
import type { Detection, Label, Value } from "../run/value.ts";
import { cut } from "./subject.ts";

const LISTED = 5;
/** A longer text is cut in an answer; the whole of it is in the node's outputs. */
const TEXT_LENGTH = 2000;

export function describeValue(value: Value): string {
  switch (value.type) {
    case "text":
      return shorten(value.value.trim());
    case "number":
      return describeNumber(value.value);
    case "boolean":
      return value.value ? "yes" : "no";
    case "json":
      return shorten(JSON.stringify(value.value) ?? "nothing");
    case "boxes":
      return describeBoxes(value.value);
    case "labels":
      return describeLabels(value.value);
    case "table":
      return describeTable(value.value.columns, value.value.rows);
    case "embedding":
      return `a vector of ${value.value.vector.length} numbers in the space ${value.value.space}`;
    case "list":
      return shorten(value.items.map(describeValue).join("; ")) || "an empty list";
    case "spilled":
      return `${value.bytes} bytes`;
    default:
      return value.name ?? value.type;
  }
}

/** Three decimals do, but for what they would make a 0 of. */
function describeNumber(number: number): string {
  if (Number.isInteger(number)) return String(number);
  return Math.abs(number) < 0.001 ? String(Number(number.toPrecision(3))) : String(Number(number.toFixed(3)));
}

function describeBoxes(boxes: readonly Detection[]): string {
  const counts = new Map<string, number>();
  for (const { label } of boxes) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].map(([label, count]) => `${count} × ${label}`).join(", ") || "nothing";
}

function describeLabels(labels: readonly Label[]): string {
  const best = labels.slice(0, LISTED).map(({ label, score }) => `${label} (${score.toFixed(2)})`);
  return best.join(", ") || "no class";
}

function describeTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = rows.slice(0, LISTED).map((row) => row.join(" | "));
  const more = rows.length > LISTED ? `\n… ${rows.length - LISTED} more rows` : "";
  return `${shorten(`${columns.join(" | ")}\n${shown.join("\n")}`)}${more}`;
}

function shorten(text: string): string {
  return text.length <= TEXT_LENGTH ? text : `${cut(text, TEXT_LENGTH).trimEnd()} …`;
}
