/** Turns things into what a step wants, with the nodes that do it. */
import type { Binding, Condition } from "../../run/plan-node.ts";
import { fits, isAssetType, sameType, type ValueType } from "../../run/value.ts";
import { itemType } from "./item-type.ts";
import type { Catalogue, Profile } from "./catalogue.ts";
import { findConversions, type Conversion } from "./close-gaps.ts";
import type { Draft } from "./draft.ts";
import { emptyWords, lightVerbs } from "./lexicon.ts";
import type { Clause } from "./clause.ts";
import { labelsIn } from "./labels.ts";
import { keyOf, type Resolved, type Thing, type Things } from "./things.ts";

/** What the nodes of a clause are made with. */
export interface MakeContext {
  readonly clause: Clause;
  readonly evidence: ReadonlySet<number>;
  /** What the clause speaks of. */
  readonly resolved: readonly Resolved[];
  readonly things: Things;
  readonly guard: string | undefined;
  readonly catalogue: Catalogue;
  readonly draft: Draft;
  readonly when: Condition | undefined;
  /** Name of the step, unlike that of any other. */
  readonly group: string;
}

/**
 * The thing as a value of the wanted type; undefined where there is no way. `making`: the request asks for it, so that
 * a file may be made from words.
 */
export function convert(context: MakeContext, thing: Thing, wanted: ValueType, making = false): Thing | undefined {
  const have = itemType(thing.type);
  if (fits(have, wanted)) return thing;
  const written = wanted === "text" && (thing.type === "number" || thing.type === "boolean");
  if (written && "from" in thing.binding) return { ...thing, type: "text", binding: { template: [thing.binding] } };
  const words = context.clause.words.filter(
    ({ stem, lower }, at) =>
      stem !== "" && !emptyWords.has(lower) && !lightVerbs.has(lower) && !speaksOfOthers(context, thing, at),
  );
  const gap = {
    from: have,
    to: wanted,
    hints: new Set([
      ...words.map(({ stem }) => stem),
      ...((wanted === "text" ? undefined : thing.told) ?? thing.names),
    ]),
    making,
    done: new Set(context.draft.nodes.filter(({ inputs }) => isTakenBy(thing, inputs)).map(({ task }) => task)),
  };
  const steps = findConversions(gap, context.catalogue);
  return steps?.reduce<Thing | undefined>((now, step) => now && addConversion(context, now, step, wanted), thing);
}

/** In "does the note match the photo?", "note" says nothing of how the photo is to be read. */
function speaksOfOthers({ resolved }: MakeContext, thing: Thing, at: number): boolean {
  const within = resolved.filter(({ mention }) => at >= mention.from && at < mention.to);
  return within.length > 0 && within.every(({ things }) => !things.some((one) => keyOf(one) === keyOf(thing)));
}

const isTakenBy = (thing: Thing, inputs: Readonly<Record<string, Binding>>): boolean =>
  Object.values(inputs).some((binding) => JSON.stringify(binding) === keyOf(thing));

function addConversion(context: MakeContext, thing: Thing, step: Conversion, wanted: ValueType): Thing | undefined {
  const { profile, input, output, gives } = step;
  const mapped = typeof thing.type === "object";
  const inputs: Record<string, Binding> = { [input]: mapped ? { item: true } : thing.binding };
  const label = profile.inputs.find(([, { slot }]) => slot === "label");
  // Only where things are looked for: text made on the way is to tell all.
  const labels = label && wanted !== "text" ? labelsIn(context.clause.words, context.evidence) : [];
  if (label && labels.length > 0) inputs[label[0]] = { value: { type: "text", value: labels.join(", ") } };
  const each = mapped ? { over: thing.binding } : undefined;
  const id = context.draft.add({ task: profile.task.id, inputs, when: context.when, each });
  if (id === undefined) return undefined;
  const group = `${context.group} from ${id}`;
  const made = outputsOf({ ...context, group, evidence: new Set() }, profile, id, {
    about: thing,
    mapped,
    sought: labels.join(", "),
    sources: [{ thing, slot: undefined }],
  });
  const known = new Set(context.things.recent(context.guard).map(keyOf));
  for (const one of made) if (!known.has(keyOf(one))) context.things.introduce(one);
  return made.find(
    ({ binding, type }) => "from" in binding && binding.output === output && sameType(itemType(type), gives),
  );
}

export interface Origin {
  /** The thing that the node worked on. */
  readonly about: Thing | undefined;
  readonly mapped: boolean;
  /** What it looked for, of a node that looks for what is named. */
  readonly sought?: string | undefined;
  readonly sources: readonly { readonly thing: Thing; readonly slot: string | undefined }[];
}

/** The things that a node gives, the main one first. */
export function outputsOf(context: MakeContext, profile: Profile, id: string, origin: Origin): Thing[] {
  const { clause, evidence, guard, group } = context;
  const { about, mapped, sources, sought } = origin;
  const main = profile.outputs[0]?.[1].type;
  const content = main !== undefined && (isAssetType(itemType(main)) || itemType(main) === "text");
  const asked = [...evidence].map((at) => clause.words[at]?.stem ?? "").filter((stem) => stem !== "");
  return profile.outputs.map(([output, { type }]): Thing => {
    // An edited photo is still "the photo", and a translated question a question.
    const kept = sources
      .filter(({ thing, slot }) => slot !== "question" && sameType(thing.type, type))
      .flatMap(({ thing }) => [...thing.names].filter((name) => type !== "text" || name === "quest"));
    return {
      binding: { from: id, output },
      type: mapped ? { list: type } : type,
      names: new Set([...profile.outputNames, ...asked, ...kept]),
      origin: "step",
      group,
      content,
      guard,
      about: about && keyOf(about),
      sought,
    };
  });
}
