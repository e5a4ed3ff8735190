/** Shows what came of repairing plans: as JSON for machines, as tables for people. */
import type { Outcome, PlanResult } from "./eval-repair-case.ts";

export interface RepairCounts {
  readonly plans: number;
  /** Valid as they were given. */
  readonly given: number;
  /** Valid after repair, and not before; `partial` of them have lost nodes. */
  readonly repaired: number;
  readonly partial: number;
  /** `given` and `repaired`. */
  readonly valid: number;
  readonly refused: number;
  readonly crashed: number;
  /** Accepted plans that the second check objects to. */
  readonly invalidAccepted: number;
  /** How often each kind of fault was found. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The same for refused plans only, each kind once a plan. */
  readonly refusedFor: Readonly<Record<string, number>>;
}

export function countRepairs(results: readonly PlanResult[]): RepairCounts {
  const of = (outcome: Outcome): number => results.filter((one) => one.outcome === outcome).length;
  const refused = results.filter(({ outcome }) => outcome === "refused");
  return {
    plans: results.length,
    given: of("given"),
    repaired: of("repaired"),
    partial: results.filter(({ partial }) => partial).length,
    valid: of("given") + of("repaired"),
    refused: of("refused"),
    crashed: of("crashed"),
    invalidAccepted: results.filter(({ faults }) => faults.length > 0).length,
    reasons: countKinds(results.flatMap(({ mends }) => mends.map(({ kind }) => kind))),
    refusedFor: countKinds(refused.flatMap(({ mends }) => [...new Set(mends.map(({ kind }) => kind))])),
  };
}

/** Most frequent first. */
function countKinds(kinds: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)));
}

const filesOf = (results: readonly PlanResult[]): string[] => [...new Set(results.map(({ file }) => file))];

export function renderRepairJson(results: readonly PlanResult[]): string {
  const files = filesOf(results).map((file) => ({ file, ...countRepairs(results.filter((one) => one.file === file)) }));
  const faults = results.flatMap(({ file, line, faults: found }) => found.map((text) => ({ file, line, text })));
  return JSON.stringify({ ...countRepairs(results), files, ...(faults.length > 0 ? { faults } : {}) });
}

const EXAMPLES = 2;

export function renderRepairTable(results: readonly PlanResult[]): string {
  const names = filesOf(results);
  const groups = names.map((file) => [file, countRepairs(results.filter((one) => one.file === file))] as const);
  const all = countRepairs(results);
  const rows = [...groups, ...(groups.length > 1 ? [["all", all] as const] : [])];
  const head = ["", "plans", "given", "repaired", "(partial)", "valid", "refused", "crashed", "invalid accepted"];
  const cells = rows.map(([name, counts]) => {
    const share = (count: number): string => `${count} (${((100 * count) / Math.max(1, counts.plans)).toFixed(1)} %)`;
    const { plans, given, repaired, partial, valid, refused, crashed, invalidAccepted } = counts;
    const shares = [given, repaired, partial, valid, refused].map(share);
    return [name, String(plans), ...shares, String(crashed), String(invalidAccepted)];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  ");
  return `${[head, ...cells].map(line).join("\n")}\n\n${reasons(results, all)}`;
}

function reasons(results: readonly PlanResult[], { reasons: counts, refusedFor }: RepairCounts): string {
  const lines = Object.entries(counts).flatMap(([kind, count]) => {
    const examples = results.flatMap(({ id, line, mends }) =>
      mends
        .filter((mend) => mend.kind === kind)
        .slice(0, 1)
        .map(({ node, text }) => `    ${id ?? `line ${line}`}${node === "" ? "" : ` ${node}`}: ${text}`),
    );
    const refused = refusedFor[kind] ?? 0;
    return [`${kind}: ${count}${refused > 0 ? `, in ${refused} refused plans` : ""}`, ...examples.slice(0, EXAMPLES)];
  });
  return lines.map((one) => `${one}\n`).join("");
}
