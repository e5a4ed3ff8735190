/** Decides what each input of a step takes. */
import type { InputSpec } from "../../registry/task-spec.ts";
import { sameType } from "../../run/value.ts";
import { chooseThings, type StepContext } from "./choose-things.ts";
import { chooseForSlot } from "./choose-words.ts";
import type { Thing } from "./things.ts";

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
  const several = (spec: InputSpec): boolean =>
    inputs.filter(([, other]) => sameType(other.type, spec.type) && other.slot === spec.slot).length > 1;
  for (const [name, spec] of inputs) {
    if (spec.slot === undefined && spec.optional !== true)
      take(name, spec, single(chooseThings(context, spec, used), several(spec)));
  }
  for (const [name, spec] of inputs) {
    if (spec.slot !== undefined) take(name, spec, single(chooseForSlot(context, spec, used), several(spec)));
  }
  return inputs.flatMap(([name]) => chosen.get(name) ?? []);
}

/** Of several things for several inputs of one kind, each takes one. */
const single = (things: readonly Thing[], several: boolean): readonly Thing[] =>
  several ? things.slice(0, 1) : things;
