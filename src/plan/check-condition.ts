/** Checks a node's `when`: that it looks at an output there is, in a way that src/run/condition.ts can decide. */
import type { Condition } from "../run/plan-node.ts";
import { formatType, type ValueType } from "../run/value.ts";
import { checkReference, describeReference, type Place } from "./check-binding.ts";

type Operator = Condition["op"];
type Scalar = "text" | "number" | "boolean";

/** What an operator compares a value of a type with; undefined where it can't tell anything of that type. */
function comparable(op: Operator, type: ValueType): Scalar | "nothing" | undefined {
  switch (op) {
    case "exists":
      return "nothing";
    case "empty":
      return type === "text" || type === "table" || isCounted(type) ? "nothing" : undefined;
    case "eq":
    case "ne":
      return onlyScalar(type);
    case "lt":
    case "gt":
      return type === "number" || isCounted(type) ? "number" : undefined;
    case "contains":
      if (typeof type !== "string") return onlyScalar(type.list);
      return type === "text" || isCounted(type) ? "text" : undefined;
  }
}

/** Types of which there are so and so many. */
function isCounted(type: ValueType): boolean {
  return typeof type !== "string" || type === "boxes" || type === "labels";
}

function onlyScalar(type: ValueType): Scalar | undefined {
  return type === "text" || type === "number" || type === "boolean" ? type : undefined;
}

export function checkCondition(condition: Condition, place: Place): void {
  const { op, value } = condition;
  const type = checkReference(condition, place);
  if (!type) return;
  const subject = describeReference(condition);
  const needed = comparable(op, type);
  const complain = (message: string): void => place.report("bad-condition", `${place.label}: ${message}`);
  if (!needed) {
    complain(`\`${op}\` says nothing about ${subject}, which gives ${formatType(type)}`);
  } else if (needed === "nothing") {
    if (value !== undefined) complain(`\`${op}\` takes no value`);
  } else if (value === undefined) {
    complain(`\`${op}\` needs a value (${needed}) to compare ${subject} with`);
  } else if (needed !== scalarType(value)) {
    complain(`\`${op}\` compares ${subject} with ${needed}, not with ${scalarType(value)}`);
  }
}

function scalarType(value: string | number | boolean): Scalar {
  if (typeof value === "string") return "text";
  return typeof value === "number" ? "number" : "boolean";
}
