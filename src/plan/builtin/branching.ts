/** Keeps track of which branch of a condition the clauses are in. */
import type { Condition } from "../../run/plan-node.ts";
import { conditionOn, type Branches } from "./conditions.ts";
import type { Clause } from "./clause.ts";
import type { Thing } from "./things.ts";

interface Branching {
  readonly branches: Branches;
  readonly key: string;
  /** Something that the first branch makes: if it does not, the other one is taken. */
  made?: Thing | undefined;
}

export function createBranching() {
  let last: Branching | undefined;
  let branch: "then" | "else" | undefined;
  let sentence = -1;
  let asked = false;

  const when = (): Condition | undefined => {
    if (!last || !branch) return undefined;
    if (branch === "then") return last.branches.holds;
    if (last.branches.fails) return last.branches.fails;
    const binding = last.made?.binding;
    return binding && "from" in binding ? { from: binding.from, output: binding.output, op: "empty" } : undefined;
  };

  return {
    /** Notes the clause that comes next. */
    enter(clause: Clause): void {
      if (clause.sentence !== sentence || clause.branch === "if") branch = undefined;
      sentence = clause.sentence;
      asked ||= clause.branch === "if";
      if (clause.branch === "else") branch = asked ? "else" : undefined;
    },
    /** Name of the branch, for things that exist in it only; undefined outside of conditions. */
    guard: (): string | undefined => (last && branch ? `${last.key} ${branch}` : undefined),
    /** The condition of what is done in the branch; undefined outside of conditions. */
    when,
    /** In a branch whose condition can't be said, so that nothing may be done in it. */
    isLost: (): boolean => branch !== undefined && when() === undefined,
    /** Notes what the clause made. `condition`: the words that it is in. */
    leave(clause: Clause, made: readonly Thing[], condition: Clause["words"] = clause.words): void {
      if (clause.branch === "if") {
        const branches = conditionOn(made, condition);
        // Where it can't be told whether the condition holds, nothing may be done that depends on it.
        last = branches && { branches, key: `if ${clause.sentence}` };
        branch = "then";
      } else if (last && branch === "then") last.made ??= made.find(({ type }) => canBeEmpty(type));
    },
  };
}

/** Types of which `empty` can be asked. */
const canBeEmpty = (type: Thing["type"]): boolean =>
  typeof type !== "string" || ["text", "json", "boxes", "labels", "table"].includes(type);
