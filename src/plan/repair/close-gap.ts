/** Turns what was given into what is wanted, with one converter of the catalogue. */
import type { Binding } from "../../run/plan-node.ts";
import { isAssetType, type ValueType } from "../../run/value.ts";
import { type Catalogue, compileCatalogue } from "../builtin/catalogue.ts";
import { findConversions } from "../builtin/close-gaps.ts";
import type { PlanWork, RepairContext, Step } from "./plan-work.ts";
import { describeBinding } from "./say.ts";
import type { Wish } from "./wish.ts";

interface Given {
  readonly binding: Binding;
  readonly type: ValueType;
  /** Undefined for a file of the request. */
  readonly source: Step | undefined;
}

/**
 * The given thing, converted: by a step that does so already, else by a new one. `making`: a file may be made from
 * words, which is a guess, since a planner that writes so may as well have meant the file that the words are about.
 */
export function convertGiven(
  work: PlanWork,
  wish: Wish,
  usable: readonly Step[],
  making: boolean,
): Binding | undefined {
  const given = givenBy(work, wish, usable);
  if (!given || (!making && !isAssetType(given.type))) return undefined;
  return existing(work, wish, usable, given) ?? added(work, wish, given, making);
}

function givenBy(work: PlanWork, { said }: Wish, usable: readonly Step[]): Given | undefined {
  if (said?.kind === "file" && said.asset) {
    return { binding: { asset: said.asset.asset }, type: said.asset.type, source: undefined };
  }
  const source = said?.kind === "output" ? work.all[said.at] : undefined;
  if (!source || !usable.includes(source)) return undefined;
  const [output, spec] = Object.entries(source.task?.outputs ?? {})[0] ?? [];
  return output !== undefined && spec ? { binding: { from: source.id, output }, type: spec.type, source } : undefined;
}

function existing(work: PlanWork, { step, spec }: Wish, usable: readonly Step[], given: Given): Binding | undefined {
  const key = JSON.stringify(given.binding);
  const done = usable
    .filter(({ inputs }) => inputs.size === 1 && [...inputs.values()].some((one) => JSON.stringify(one) === key))
    .flatMap((one) => work.give(one, step, spec.type) ?? []);
  return done.length === 1 ? done[0] : undefined;
}

function added(work: PlanWork, { step, spec }: Wish, given: Given, making: boolean): Binding | undefined {
  const { context } = work;
  const { mayFollow = () => true, maxNodes = 64 } = context;
  if (work.steps.length >= maxNodes || !step.task) return undefined;
  const target = step.task.id;
  const catalogue = catalogueOf(context);
  const profiles = catalogue.profiles.filter(
    ({ task }) => mayFollow(task.id, target) && (!given.source?.task || mayFollow(given.source.task.id, task.id)),
  );
  // No hints: the words of the request speak of all its steps, not of this one.
  const gap = { from: given.type, to: spec.type, hints: new Set<string>(), making, done: new Set<string>() };
  const [conversion, ...more] = findConversions(gap, { ...catalogue, profiles }) ?? [];
  if (!conversion || more.length > 0) return undefined;
  const id = freeId(work);
  const { task } = conversion.profile;
  const inputs = new Map([[conversion.input, given.binding]]);
  work.add({ id, at: step.at, task, written: task.id, arguments: [], inputs, after: new Set() });
  work.mend(
    id,
    "converted",
    `${task.id} turns ${describeBinding(given.binding, context.assets)} into what ${step.id} takes`,
  );
  return { from: id, output: conversion.output };
}

function freeId(work: PlanWork): string {
  for (let number = work.all.length; ; number += 1) {
    const id = `node-${number}`;
    if (!work.find(id)) return id;
  }
}

const catalogues = new WeakMap<RepairContext["tasks"], Catalogue>();

/** Compiling takes longer than repairing, and every plan of a catalogue needs the same. */
function catalogueOf({ tasks }: RepairContext): Catalogue {
  const known = catalogues.get(tasks) ?? compileCatalogue(tasks);
  catalogues.set(tasks, known);
  return known;
}
