/** Repairs one recorded plan and says what came of it. */
import { asTuttiError } from "../errors.ts";
import { draftOf, readTaskBenchPlan } from "../plan/dialect/taskbench.ts";
import { losesNode, type Mend } from "../plan/repair/mend.ts";
import type { RepairContext } from "../plan/repair/plan-work.ts";
import type { createRepairer } from "../plan/repair/repair-plan.ts";
import { verifyPlan } from "../plan/repair/verify-plan.ts";
import { dependenciesOf, type PlanNode } from "../run/plan-node.ts";
import { assetsNamedIn } from "./taskbench.ts";

export interface RepairSetting extends Pick<RepairContext, "tasks" | "mayFollow"> {
  readonly repair: ReturnType<typeof createRepairer>;
}

export type Outcome = "given" | "repaired" | "refused" | "crashed";

export interface PlanResult {
  readonly file: string;
  readonly line: number;
  readonly id: string | undefined;
  readonly outcome: Outcome;
  /** Whether nodes of the plan were lost. */
  readonly partial: boolean;
  readonly nodes: readonly PlanNode[];
  /** By node id. */
  readonly links: readonly (readonly [from: string, to: string])[];
  /** Names of the files that the request brings, by asset id. */
  readonly assets: Readonly<Record<string, string>>;
  readonly mends: readonly (Omit<Mend, "kind"> & { readonly kind: Mend["kind"] | "unreadable" | "crashed" })[];
  /** What the second check has against an accepted plan: always empty, unless Tutti has a defect. */
  readonly faults: readonly string[];
}

/** The lines that are not empty; the items of a JSON list, should the file be one. */
export function linesOf(text: string): string[] {
  if (text.trimStart().startsWith("[")) {
    const data = parse(text);
    if (Array.isArray(data)) return data.map((one) => JSON.stringify(one));
  }
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\u{FEFF}/u, ""));
  } catch {
    return undefined;
  }
}

export function repairLine(
  line: string,
  where: Pick<PlanResult, "file" | "line">,
  { tasks, mayFollow, repair }: RepairSetting,
): PlanResult {
  const nothing = { ...where, id: undefined, partial: false, nodes: [], links: [], assets: {}, faults: [] } as const;
  try {
    const { id, text, plan } = readTaskBenchPlan(parse(line));
    if (!plan) {
      const mend = { node: "", kind: "unreadable", text: "there is no plan in this line, or it is not JSON" } as const;
      return { ...nothing, id, outcome: "refused", mends: [mend] };
    }
    const assets = assetsNamedIn(text);
    const context = { tasks, mayFollow, text, assets };
    const { nodes, mends } = repair(draftOf(plan, text, assets), context);
    const accepted = nodes.length > 0;
    return {
      ...where,
      id,
      outcome: accepted ? (mends.length === 0 ? "given" : "repaired") : "refused",
      partial: accepted && mends.some(losesNode),
      nodes,
      links: nodes.flatMap((node) => dependenciesOf(node).map((from) => [from, node.id] as const)),
      assets: Object.fromEntries(assets.map(({ asset, name = "" }) => [asset, name])),
      mends,
      faults: accepted ? verifyPlan(nodes, context) : [],
    };
  } catch (error) {
    const mend = { node: "", kind: "crashed", text: asTuttiError(error).message } as const;
    return { ...nothing, outcome: "crashed", mends: [mend] };
  }
}
