/** Evaluates the `when` of a node. No expression language: one value, one operator, one literal. */
import type { Condition } from "./plan-node.ts";
import { listLength, type SpilledValue, type Value } from "./value.ts";

/** `unknown`: the value was spilled and must be loaded to tell. */
export type Verdict = boolean | "unknown";

/**
 * Whether the condition holds for a value; undefined is a value that its node did not give.
 * Texts compare as texts (`contains` ignores case), numbers as numbers; `lt` and `gt` on boxes, labels and lists
 * compare how many there are, and `contains` there asks for a label or an item.
 */
export function evaluateCondition({ op, value: literal }: Condition, value: Value | undefined): Verdict {
  if (value === undefined) return op === "empty" || op === "ne";
  if (value.type === "spilled" && !isTold(op, value)) return "unknown";
  switch (op) {
    case "exists":
      return !isEmpty(value);
    case "empty":
      return isEmpty(value);
    case "eq":
      return isEqual(value, literal);
    case "ne":
      return !isEqual(value, literal);
    case "lt":
    case "gt": {
      const magnitude = magnitudeOf(value);
      if (magnitude === undefined || typeof literal !== "number") return false;
      return op === "lt" ? magnitude < literal : magnitude > literal;
    }
    case "contains":
      return contains(value, String(literal ?? ""));
  }
}

/** Whether a spilled value's type and length answer the question, so that nobody has to load it. */
function isTold(op: Condition["op"], { of, length }: SpilledValue): boolean {
  switch (op) {
    case "exists":
    case "empty":
      // A long text may be all blanks, a table all columns; whatever else is long is not empty.
      return length !== undefined || (of !== "text" && of !== "table" && typeof of === "string");
    case "eq":
    case "ne":
      return of !== "text";
    case "lt":
    case "gt":
      return length !== undefined || (of !== "boxes" && of !== "labels" && typeof of === "string");
    case "contains":
      return of !== "text" && of !== "boxes" && of !== "labels" && typeof of === "string";
  }
}

function isEmpty(value: Value): boolean {
  switch (value.type) {
    case "text":
      return value.value.trim() === "";
    case "boxes":
    case "labels":
      return value.value.length === 0;
    case "table":
      return value.value.rows.length === 0;
    default:
      return listLength(value) === 0;
  }
}

function isEqual(value: Value, literal: Condition["value"]): boolean {
  const scalar = scalarOf(value);
  return scalar !== undefined && scalar === literal;
}

function scalarOf(value: Value): string | number | boolean | undefined {
  return value.type === "text" || value.type === "number" || value.type === "boolean" ? value.value : undefined;
}

function magnitudeOf(value: Value): number | undefined {
  if (value.type === "number") return value.value;
  if (value.type === "boxes" || value.type === "labels") return value.value.length;
  return listLength(value);
}

function contains(value: Value, literal: string): boolean {
  const wanted = literal.toLowerCase();
  switch (value.type) {
    case "text":
      return value.value.toLowerCase().includes(wanted);
    case "boxes":
    case "labels":
      return value.value.some((entry) => entry.label.toLowerCase() === wanted);
    case "list":
      return value.items.some((item) => scalarOf(item)?.toString().toLowerCase() === wanted);
    default:
      return false;
  }
}
