/** Notices that a plan's references count its nodes from 1 instead of 0. */
import type { DraftArgument, Pointer, Said } from "./draft-plan.ts";
import { pointersIn } from "./bind-said.ts";
import { isLinked } from "./place-arguments.ts";
import { PlanWork, type Step } from "./plan-work.ts";

type Shift = 0 | 1;

interface Reading {
  /** References to no node, to the own node, or to one that gives nothing which the node takes. */
  readonly faults: number;
  /** References that the links confirm. */
  readonly linked: number;
}

/** Takes 1 from all references where that makes more sense of them, by types and by links; else changes nothing. */
export function renumber(work: PlanWork): PlanWork {
  const [asWritten, fromOne] = [read(work, 0), read(work, 1)];
  // Who writes 0 has most likely counted from 0 there, and is wrong elsewhere: then the links have to say more.
  const writesZero = work.steps.some((step) => countedIn(step).some(({ at }) => at === 0));
  const leastLinked = asWritten.linked + (writesZero ? 1 : 0);
  if (fromOne.faults >= asWritten.faults || fromOne.linked < leastLinked) return work;
  const steps = work.all.map((step) => ({ ...step, arguments: step.arguments.map(shiftArgument) }));
  const renumbered = new PlanWork(work.context, work.links, steps);
  renumbered.mends.push(...work.mends);
  for (const step of work.steps) {
    if (countedIn(step).some(({ at }) => at > 0))
      renumbered.mend(step.id, "renumbered", "its references count nodes from 1");
  }
  return renumbered;
}

const countedIn = (step: Step): Pointer[] =>
  step.arguments.flatMap(({ said }) => pointersIn(said)).filter(({ counted }) => counted);

function read(work: PlanWork, shift: Shift): Reading {
  const pointers = work.steps.flatMap((step) => countedIn(step).map(({ at }) => ({ step, at: shifted(at, shift) })));
  return {
    faults: pointers.filter(({ step, at }) => !makesSense(work, step, work.all[at])).length,
    linked: pointers.filter(({ step, at }) => isLinked(work, { at }, step)).length,
  };
}

function makesSense(work: PlanWork, step: Step, source: Step | undefined): boolean {
  if (!source || source === step) return false;
  // What was dropped may well have been meant.
  if (!work.isThere(source)) return true;
  return Object.values(step.task?.inputs ?? {}).some(({ type }) => work.give(source, step, type) !== undefined);
}

/** Who counts from 1 and writes 0 all the same can only mean the first. */
const shifted = (at: number, shift: Shift): number => Math.max(0, at - shift);

const shiftPointer = (one: Pointer): Pointer =>
  one.counted ? { ...one, at: shifted(one.at, 1), counted: false } : one;

function shiftArgument({ name, said }: DraftArgument): DraftArgument {
  return { name, said: shiftSaid(said) };
}

function shiftSaid(said: Said): Said {
  if (said.kind === "output") return shiftPointer(said);
  if (said.kind !== "mixed") return said;
  return { kind: "mixed", parts: said.parts.map((one) => (typeof one === "string" ? one : shiftPointer(one))) };
}
