/** Adds the nodes of one step to the plan: conversions first, then the task, once for each thing that it is asked for. */
import type { InputSpec } from "../../registry/task-spec.ts";
import type { Binding, Each } from "../../run/plan-node.ts";
import { fits, isAssetType, type ValueType } from "../../run/value.ts";
import { chooseInputs, type Choice } from "./bind.ts";
import type { StepContext } from "./choose-things.ts";
import { itemType } from "./item-type.ts";
import { convert, outputsOf, type MakeContext } from "./convert.ts";
import { labelsIn } from "./labels.ts";
import { keyOf, type Thing } from "./things.ts";

export interface BuildContext extends StepContext, MakeContext {}

/** A node of a step, and the things that it gives, the main one first. */
export interface Built {
  readonly id: string;
  readonly things: readonly Thing[];
}

export interface Step {
  readonly built: readonly Built[];
  /** Names of required inputs for which the request has nothing; then nothing is built. */
  readonly lacking: readonly string[];
}

/** Builds a step, once for each of several things. `after`: ids of nodes that must have been done before. */
export function buildStep(context: BuildContext, after: readonly string[] = []): Step {
  const choices = chooseInputs(context);
  const lacking = context.profile.inputs
    .filter(
      ([name, spec]) => spec.optional !== true && !choices.some((choice) => choice.name === name) && !isData(spec),
    )
    .map(([name]) => name);
  if (lacking.length > 0) return { built: [], lacking };
  const single = choices.filter(({ spec }) => typeof spec.type === "string");
  const width = Math.max(1, ...single.map(({ things }) => things.length));
  const built = Array.from({ length: width }, (_, at) => buildNode(context, choices, at, after));
  return { built: built.filter((one) => one !== undefined), lacking };
}

function buildNode(
  context: BuildContext,
  choices: readonly Choice[],
  at: number,
  after: readonly string[],
): Built | undefined {
  const { profile, draft, when } = context;
  const inputs: Record<string, Binding> = {};
  const sources: { readonly thing: Thing; readonly slot: string | undefined }[] = [];
  let each: Each | undefined;
  let labelsTaken = false;
  for (const [name, spec] of profile.inputs) {
    const things = choices.find((choice) => choice.name === name)?.things ?? [];
    const chosen = things[Math.min(at, things.length - 1)];
    const subject = isData(spec) ? sources.find(({ thing }) => isAssetType(itemType(thing.type)))?.thing : undefined;
    if (spec.slot === "label" && labelsTaken) continue;
    const ready = prepare(context, spec, { things, chosen, subject });
    if (!ready) {
      if (spec.optional !== true) return undefined;
      continue;
    }
    labelsTaken ||= subject !== undefined;
    sources.push({ thing: subject ? ready : (chosen ?? ready), slot: spec.slot });
    const spread = typeof spec.type === "string" && typeof ready.type === "object" && each === undefined;
    if (spread) each = { over: ready.binding };
    inputs[name] = spread ? { item: true } : ready.binding;
  }
  const id = draft.add({ task: profile.task.id, inputs, when, each, after });
  if (id === undefined) return undefined;
  const about = sources[0]?.thing;
  const sought = sources.find(({ slot }) => slot === "label")?.thing.text;
  return { id, things: outputsOf(context, profile, id, { about, mapped: each !== undefined, sources, sought }) };
}

interface Offered {
  readonly things: readonly Thing[];
  readonly chosen: Thing | undefined;
  /** The file that the step works on, where this input is data about it. */
  readonly subject: Thing | undefined;
}

function prepare(context: BuildContext, { type }: InputSpec, { things, chosen, subject }: Offered): Thing | undefined {
  if (typeof type !== "string") return asList(context, things, type);
  if (subject) return dataAbout(context, subject, type, chosen);
  return chosen && convert(context, chosen, type);
}

/** Neither a file nor words: boxes, a mask, an embedding. */
function isData({ type, slot, optional }: InputSpec): boolean {
  return slot === undefined && optional !== true && typeof type === "string" && type !== "text" && !isAssetType(type);
}

/** Data about a picture must be about the very picture that the step works on: found already, or to be found now. */
function dataAbout(
  context: BuildContext,
  subject: Thing,
  wanted: ValueType,
  chosen: Thing | undefined,
): Thing | undefined {
  const suits = (thing: Thing): boolean => fits(thing.type, wanted) && thing.about === keyOf(subject);
  if (labelsIn(context.clause.words, context.evidence).length === 0) {
    const known = chosen && suits(chosen) ? chosen : context.things.recent(context.guard).find(suits);
    if (known) return known;
  }
  return convert(context, subject, wanted);
}

function asList(context: BuildContext, things: readonly Thing[], type: ValueType): Thing | undefined {
  const [first] = things;
  if (!first) return undefined;
  if (things.length === 1 && typeof first.type === "object") return first;
  const items = things.map((thing) => convert(context, thing, itemType(type))).filter((thing) => thing !== undefined);
  return { ...first, binding: { list: items.map(({ binding }) => binding) }, type };
}
