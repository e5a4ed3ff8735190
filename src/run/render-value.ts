/** Short previews of values, bindings and inputs, for people. Nothing in a value can move the cursor or end a line. */
import { type Binding, type Condition, type Reference } from "./plan-node.ts";
import type { ResolvedInput } from "./resolve-inputs.ts";
import type { RunState } from "./state.ts";
import { formatType, type Value } from "./value.ts";

const PREVIEW_LENGTH = 40;

/** Control, format and line-separating characters and lone surrogates: they are shown, not obeyed. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const shortEscapes: ReadonlyMap<string, string> = new Map([
  ["\n", String.raw`\n`],
  ["\r", String.raw`\r`],
  ["\t", String.raw`\t`],
]);

/** Makes a text safe to print on one line, cut to `limit` characters with `…` at the end. */
export function printable(text: string, limit = Infinity): string {
  let line = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const shown = unprintable.test(character)
      ? (shortEscapes.get(character) ?? String.raw`\u{${code.toString(16)}}`)
      : character;
    if (line.length + shown.length > limit) return `${line.trimEnd()}…`;
    line += shown;
  }
  return line;
}

export function quote(text: string): string {
  return `"${printable(text, PREVIEW_LENGTH)}"`;
}

/** `3 boxes`, `image coffee.png`, `"The note says…"`. */
export function previewValue(value: Value): string {
  switch (value.type) {
    case "text":
      return quote(value.value);
    case "number":
    case "boolean":
      return String(value.value);
    case "json":
      return printable(JSON.stringify(value.value) ?? "nothing", PREVIEW_LENGTH);
    case "boxes":
      return value.value.length === 1 ? "1 box" : `${value.value.length} boxes`;
    case "labels": {
      const [best] = value.value;
      return best
        ? `${quote(best.label)} ${best.score.toFixed(2)} of ${count(value.value.length, "label")}`
        : "0 labels";
    }
    case "table":
      return `table of ${count(value.value.rows.length, "row")}`;
    case "embedding":
      return `embedding of ${value.value.vector.length}`;
    case "list": {
      const lost = value.failures?.length ?? 0;
      return `${value.items.length} × ${formatType(value.of)}${lost > 0 ? `, ${lost} lost` : ""}`;
    }
    case "spilled":
      return previewSpilled(value);
    default:
      return `${value.type} ${printable(value.name ?? value.asset.slice(0, 8), PREVIEW_LENGTH)}`;
  }
}

function previewSpilled({ of, bytes, length }: Extract<Value, { type: "spilled" }>): string {
  if (length !== undefined && typeof of !== "string") return `${length} × ${formatType(of.list)}`;
  return bytes > 0 ? `${formatType(of)} of ${(bytes / 1024).toFixed(1)} KB` : formatType(of);
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** What a plan says of an input: `t1.boxes`, `image coffee.png`, `"literal"`. */
export function previewBinding(binding: Binding, state: RunState): string {
  if ("from" in binding) return previewReference(binding);
  if ("value" in binding) return previewValue(binding.value);
  if ("asset" in binding) return previewAsset(binding.asset, state);
  if ("item" in binding) return "item";
  if ("list" in binding) return `[${binding.list.map((part) => previewBinding(part, state)).join(", ")}]`;
  const parts = binding.template.map((part) => (typeof part === "string" ? part : `{${previewReference(part)}}`));
  return quote(parts.join(""));
}

function previewReference({ from, output, index, optional }: Reference): string {
  const place = index === undefined ? "" : `[${index}]`;
  return `${from}.${printable(output, PREVIEW_LENGTH)}${place}${optional ? "?" : ""}`;
}

function previewAsset(asset: string, { request }: RunState): string {
  const parts = request.messages.flatMap(({ content }) => content);
  const part = parts.find((candidate) => candidate.type === "asset" && candidate.asset === asset);
  if (part?.type !== "asset") return `asset ${asset.slice(0, 8)}`;
  return `${part.kind} ${printable(part.name ?? asset.slice(0, 8), PREVIEW_LENGTH)}`;
}

export function previewCondition({ from, output, op, value }: Condition): string {
  const literal = typeof value === "string" ? quote(value) : String(value);
  return `${from}.${printable(output, PREVIEW_LENGTH)} ${op}${value === undefined ? "" : ` ${literal}`}`;
}

/** What a node was given: the values behind its references. */
export function previewInput(input: ResolvedInput): string {
  switch (input.kind) {
    case "value":
      return previewValue(input.value);
    case "pick":
      return `item ${input.index} of ${previewValue(input.from)}`;
    case "list":
      return `[${input.items.map(previewInput).join(", ")}]`;
    case "template":
      return quote(input.parts.map(templatePart).join(""));
  }
}

function templatePart(part: string | ResolvedInput): string {
  if (typeof part === "string") return part;
  const scalar = part.kind === "value" && (part.value.type === "text" || part.value.type === "number");
  return scalar && part.kind === "value" && "value" in part.value ? String(part.value.value) : previewInput(part);
}
