/** Reports as aligned tables: a row per case, a column per contender, and whether the target was met. */
import type { Paint } from "../../src/cli/paint.ts";
import type { Measurement, Report, Target, Unit } from "./measurement.ts";
import { summarise } from "./statistics.ts";

const DIGITS: Readonly<Record<Unit, number>> = { ratio: 3, ms: 1, us: 0, "per second": 0, MiB: 1, count: 2 };
const SUFFIX: Readonly<Record<Unit, string>> = {
  ratio: "",
  ms: " ms",
  us: " us",
  "per second": "/s",
  MiB: " MiB",
  count: "",
};
const GAP = "  ";
const NOTE_WIDTH = 118;

interface Cell {
  readonly text: string;
  readonly met?: boolean;
}

export function isMet({ samples, target }: Measurement): boolean | undefined {
  if (!target) return undefined;
  const { median } = summarise(samples);
  return target.kind === "at most" ? median <= target.value : median >= target.value;
}

export function describeTarget({ kind, value }: Target): string {
  return `${kind === "at most" ? "≤" : "≥"} ${value}`;
}

export function renderReport({ title, notes, measurements }: Report, paint: Paint): string {
  const rows = [...new Set(measurements.map(({ row }) => row))];
  const columns = [...new Set(measurements.map(({ column }) => column))];
  const cellAt = (row: string, column: string): Cell => {
    const found = measurements.find((each) => each.row === row && each.column === column);
    return found ? cellOf(found) : { text: "" };
  };
  const heads = columns.map((column) => headOf(column, measurements));
  const body = rows.map((row) => [{ text: row }, ...columns.map((column) => cellAt(row, column))]);
  const lines: readonly (readonly Cell[])[] = [[{ text: "" }, ...heads.map((text) => ({ text }))], ...body];
  const widths = [0, ...columns.map((_, index) => index + 1)].map((index) => {
    return Math.max(...lines.map((line) => line[index]?.text.length ?? 0));
  });
  const drawn = lines.map((line, number) => {
    const cells = line.map((cell, index) => {
      const width = widths[index] ?? 0;
      const padded = index === 0 ? cell.text.padEnd(width) : cell.text.padStart(width);
      if (number === 0) return paint.dim(padded);
      return cell.met === undefined ? padded : (cell.met ? paint.good : paint.bad)(padded);
    });
    return cells.join(GAP).trimEnd();
  });
  return [paint.bold(title), ...notes.flatMap((note) => wrap(note).map(paint.dim)), ...drawn].join("\n");
}

/** Median, and between which values it lies where there are several. */
function cellOf(measurement: Measurement): Cell {
  const { unit, samples } = measurement;
  const { median, min, max } = summarise(samples);
  const digits = DIGITS[unit];
  const range = samples.length > 1 ? ` [${min.toFixed(digits)}..${max.toFixed(digits)}]` : "";
  const text = `${median.toFixed(digits)}${SUFFIX[unit]}${range}`;
  const met = isMet(measurement);
  return met === undefined ? { text } : { text: `${text} ${met ? "✓" : "✗"}`, met };
}

function headOf(column: string, measurements: readonly Measurement[]): string {
  const target = measurements.find((each) => each.column === column && each.target)?.target;
  return target ? `${column} (${describeTarget(target)})` : column;
}

function wrap(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last === "") lines.splice(-1, 1, word);
    else if (last.length + 1 + word.length <= NOTE_WIDTH) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  return lines;
}
