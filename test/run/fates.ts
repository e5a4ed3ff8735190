/** What must have become of every node, given what became of those before it; and what the run must be called. */
import assert from "node:assert/strict";
import type { FinalStatus } from "../../src/run/events.ts";
import { dataReferences } from "../../src/run/plan-node.ts";
import { workOf, type Scenario } from "./arbitraries.ts";
import type { Entry, Ledger } from "./ledger.ts";

/** Checks a run that ended by itself, neither canceled nor expired. */
export function checkFates(scenario: Scenario, ledger: Ledger): void {
  for (const entry of ledger.entries.values()) {
    const { id, kind } = entry.spec;
    const allowed = kind === "task" ? fatesOfTask(scenario, ledger, entry) : fatesOfWork(scenario, entry);
    const actual = entry.fate === "skipped" ? `skipped by ${entry.cause}` : entry.fate;
    assert(actual && allowed.includes(actual), `${id} is ${actual}; it should be ${allowed.join(" or ")}`);
  }
}

/** `failed` where nothing was gained, `partial` where something was lost, else `succeeded`. */
export function expectedStatus(ledger: Ledger): FinalStatus {
  const entries = [...ledger.entries.values()];
  const losses = entries.filter(
    ({ fate, cause }) => fate === "failed" || (fate === "skipped" && cause !== "condition"),
  );
  const gains = entries.filter(({ spec, fate }) => spec.kind === "task" && fate === "succeeded");
  if (losses.length === 0) return "succeeded";
  return gains.length === 0 ? "failed" : "partial";
}

function fatesOfWork(scenario: Scenario, { spec, code }: Entry): string[] {
  if (code === "poisoned") return ["failed"];
  return [workOf(scenario, spec.id).succeeds ? "succeeded" : "failed"];
}

function fatesOfTask(scenario: Scenario, ledger: Ledger, entry: Entry): string[] {
  const { spec } = entry;
  const causes = missing(ledger, entry);
  if (causes.length > 0) return causes.map((cause) => `skipped by ${cause}`);

  const { when } = spec;
  if (when) {
    const asked = ledger.entries.get(when.from);
    const lost = asked && asked.fate !== "succeeded" && asked.cause !== "condition";
    if (lost && when.op !== "exists" && when.op !== "empty") return ["skipped by upstream"];
    if (!ledger.holds(when)) return ["skipped by condition"];
  }
  if (spec.effects === "external" && !scenario.effectsAllowed) return ["skipped by refused"];
  return spec.each ? fatesOfMap(scenario, ledger, entry) : fatesOfWork(scenario, entry);
}

/** Why required inputs are missing: the first to be known decides, so any of the reasons may be the recorded one. */
function missing(ledger: Ledger, { spec }: Entry): string[] {
  const required = dataReferences(spec).filter(({ optional }) => !optional);
  const early = required.flatMap((reference) => {
    const producer = ledger.entry(reference.from);
    if (producer.fate === "succeeded") return [];
    return [producer.cause === "condition" ? "condition" : "upstream"];
  });
  if (early.length > 0) return early;
  return required.every((reference) => ledger.valueOf(reference)) ? [] : ["upstream"];
}

function fatesOfMap(scenario: Scenario, ledger: Ledger, { spec, mapped, code }: Entry): string[] {
  if (!mapped) {
    // Only now could it be known that it is no list, or too long a one.
    assert(code === "invalid-plan" || (code === "too-large" && scenario.maxNodes < 200), `${spec.id}: ${code}`);
    return ["failed"];
  }
  const items = ledger.items(spec.id);
  const won = items.filter(({ fate }) => fate === "succeeded");
  if (spec.each?.require === "all") return [won.length === items.length ? "succeeded" : "failed"];
  return [won.length > 0 || items.length === 0 ? "succeeded" : "failed"];
}
