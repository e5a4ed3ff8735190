/** What zod found wrong, as a list that a person can work through. */
import { z } from "zod";
import { TuttiError } from "../errors.ts";
import type { Fault } from "./problem.ts";

type Issue = z.core.$ZodIssue;

const MOST_FAULTS = 20;

/** At most 20 of them. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue) => flatten(issue, [])).slice(0, MOST_FAULTS);
}

/** @throws TuttiError `invalid-request` that names the first fault and carries all, see {@link faultsOf} */
export function readWith<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const faults = faultsOf(result.error);
  const [first] = faults;
  const rest = faults.length > 1 ? ` (and ${faults.length - 1} more, see \`errors\`)` : "";
  const message = first ? `${first.path === "" ? "" : `${first.path}: `}${first.message}${rest}` : "malformed";
  throw new TuttiError("invalid-request", message, { cause: result.error });
}

function flatten(issue: Issue, above: readonly PropertyKey[]): Fault[] {
  const path = [...above, ...issue.path];
  if (issue.code !== "invalid_union") return [{ path: path.map(String).join("."), message: issue.message }];
  const branch = closestBranch(issue.errors);
  if (branch) return branch.flatMap((inner) => flatten(inner, path));
  return [{ path: path.map(String).join("."), message: describeUnion(issue) }];
}

/** The alternative that was meant is the one that fits furthest down; none where all fail at the door. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const ranked = branches
    .map((issues) => ({ issues, depth: deepest(issues) }))
    .toSorted((a, b) => b.depth - a.depth || a.issues.length - b.issues.length);
  const [best] = ranked;
  return best && best.depth > 0 ? best.issues : undefined;
}

function deepest(issues: readonly Issue[]): number {
  return issues.reduce((most, issue) => Math.max(most, depthOf(issue)), 0);
}

function depthOf(issue: Issue): number {
  return issue.path.length + (issue.code === "invalid_union" ? deepest(issue.errors.flat()) : 0);
}

function describeUnion(issue: z.core.$ZodIssueInvalidUnion): string {
  const expected = issue.errors.flat().flatMap((inner) => (inner.code === "invalid_type" ? [inner.expected] : []));
  return expected.length > 0 ? `expected ${[...new Set(expected)].join(" or ")}` : issue.message;
}
