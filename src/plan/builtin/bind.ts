/** Decides what each input of a step takes. */
import type { InputSpec } from "../../registry/task-spec.ts";
import { sameType } from "../../run/value.ts";
import { chooseThings, isUsable, type StepContext } from "./choose-things.ts";
import { chooseForSlot } from "./choose-words.ts";
import { asksWhatFits } from "./kinds-of-question.ts";
import type { Thing } from "./things.ts";
import { comparesTwo } from "./traits.ts";

/** What one input takes: things of its type, or things that must be converted to it. Several: one node for each. */
export interface Choice {
  readonly name: string;
  readonly spec: InputSpec;
  readonly things: readonly Thing[];
}

/** Chooses for every input that something can be found for, in the order of the task's inputs. */
export function chooseInputs(context: StepContext): Choice[] {
  const chosen = new Map<string, Choice>();
  const used = new Set<Thing>();
  const take = (name: string, spec: InputSpec, things: readonly Thing[]): void => {
    if (things.length === 0) return;
    for (const thing of things) used.add(thing);
    chosen.set(name, { name, spec, things });
  };
  // Files first: what is left of the words is then known to be about something else.
  const inputs = context.profile.inputs;
  const pairs = comparesTwo(context.profile) ? choosePairs(context) : undefined;
  if (pairs) {
    const texts = inputs.filter(([, { slot }]) => slot === "passage");
    for (const [at, [name, spec]] of texts.entries()) take(name, spec, pairs[at] ?? []);
  }
  const several = (spec: InputSpec): boolean =>
    inputs.filter(([, other]) => sameType(other.type, spec.type) && other.slot === spec.slot).length > 1;
  for (const [name, spec] of inputs) {
    if (spec.slot === undefined && spec.optional !== true)
      take(name, spec, single(chooseThings(context, spec, used), several(spec)));
  }
  for (const [name, spec] of inputs) {
    if (spec.slot !== undefined && !chosen.has(name))
      take(name, spec, single(chooseForSlot(context, spec, used), several(spec)));
  }
  return inputs.flatMap(([name]) => chosen.get(name) ?? []);
}

/** Of several things for several inputs of one kind, each takes one. */
const single = (things: readonly Thing[], several: boolean): readonly Thing[] =>
  several ? things.slice(0, 1) : things;

/**
 * The things on both sides of a comparison of more than two: one against each of the others ("which of the photos
 * matches the note?"), or each against each; undefined where there are only two.
 */
function choosePairs(context: StepContext): readonly [readonly Thing[], readonly Thing[]] | undefined {
  const { resolved, things, guard, clause } = context;
  const suits = (thing: Thing): boolean => isUsable(context, thing, "text");
  const groups = resolved
    .filter(({ certainty }) => certainty !== "pronoun")
    .map((one) => one.things.filter(suits))
    .filter((group) => group.length > 0);
  const group = groups.find(({ length }) => length > 1);
  if (!group) return undefined;
  const alone = groups.find(({ length }) => length === 1)?.[0];
  const spokenOf = things.recent(guard).find((thing) => thing.content && !group.includes(thing) && suits(thing));
  const one = alone ?? (asksWhatFits(clause.words) ? spokenOf : undefined);
  if (one) return [[one], group.filter((thing) => thing !== one)];
  if (group.length === 2) return undefined;
  const pairs = group.flatMap((left, at) => group.slice(at + 1).map((right) => [left, right] as const));
  return [pairs.map(([left]) => left), pairs.map(([, right]) => right)];
}
