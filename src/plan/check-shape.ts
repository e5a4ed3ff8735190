/** Reads a plan node that may be anything, and says what is wrong with its shape. */
import type { z } from "zod";
import { ITEM_SEPARATOR, type PlanNode, planNodeSchema } from "../run/plan-node.ts";
import { assetIdSchema } from "../run/value.ts";
import type { Problem, ProblemCode } from "./check-problem.ts";
import { type Scope, unknownAsset } from "./check-scope.ts";

/** Deeper nesting than this is no plan, and would exhaust the stack of whoever walks it. */
const DEEPEST = 32;

type Issue = z.core.$ZodIssue;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (!isRecord(value)) return false;
  return depth === 0 || Object.values(value).some((child) => isDeeperThan(child, depth - 1));
}

/** What was read, for a streamed plan is checked again with every node. */
const known = new WeakMap<object, PlanNode>();

/** The node, or undefined where it does not have the shape of one. */
export function readNode(raw: unknown): PlanNode | undefined {
  const before = isRecord(raw) ? known.get(raw) : undefined;
  if (before) return before;
  const node = isDeeperThan(raw, DEEPEST) ? undefined : planNodeSchema.safeParse(raw).data;
  if (node && isRecord(raw)) known.set(raw, node);
  return node;
}

export function rawId(raw: unknown): string | undefined {
  const id = isRecord(raw) ? raw["id"] : undefined;
  return typeof id === "string" ? id : undefined;
}

/** Why {@link readNode} gives nothing for the node at `position` (from 0) of a plan. */
export function shapeProblems(raw: unknown, position: number, scope: Scope): Problem[] {
  const id = rawId(raw);
  const nodeId = id?.slice(0, 40) || `#${position + 1}`;
  const problem = (code: ProblemCode, text: string): Problem => ({ nodeId, code, message: `node ${nodeId}: ${text}` });
  if (isDeeperThan(raw, DEEPEST)) return [problem("malformed", `it is nested deeper than ${DEEPEST} levels`)];
  return (planNodeSchema.safeParse(raw).error?.issues ?? []).map((issue) => {
    const [field, input] = issue.path;
    if (field === "id" && id?.includes(ITEM_SEPARATOR)) {
      return problem("reserved-id", `an id may not hold "${ITEM_SEPARATOR}", which marks the items of a mapped node`);
    }
    const invented = field === "inputs" && isRecord(raw) ? wrongAssetId(raw["inputs"], input) : undefined;
    if (invented !== undefined) {
      return problem("unknown-asset", unknownAsset(invented, `input \`${String(input)}\``, scope));
    }
    return problem("malformed", describeIssue(issue));
  });
}

/** An asset that is called by anything but an id; most often by its handle. */
function wrongAssetId(inputs: unknown, name: PropertyKey | undefined): string | undefined {
  if (!isRecord(inputs) || typeof name !== "string") return undefined;
  const binding = inputs[name];
  const asset = isRecord(binding) ? binding["asset"] : undefined;
  return typeof asset === "string" && !assetIdSchema.safeParse(asset).success ? asset : undefined;
}

/** Of a union's failed options, the one that was probably meant is the one that knows all the keys there are. */
function describeIssue(issue: Issue, parents: readonly PropertyKey[] = []): string {
  const path = [...parents, ...issue.path];
  if (issue.code === "invalid_union") {
    const meant = issue.errors.find((issues) => issues.every((one) => !isForeign(one)))?.[0];
    if (meant) return describeIssue(meant, path);
    return `${path.join(".")} must be {value}, {asset}, {from, output}, {template}, {list} or {item: true}`;
  }
  return path.length > 0 ? `${path.join(".")}: ${issue.message}` : issue.message;
}

/** Whether an issue says that the value is of another kind altogether than this option of a union. */
function isForeign(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === "unrecognized_keys" || issue.code === "invalid_type");
}
