/** Makes the nodes of one clause, and keeps what later ones need to know of them. */
import { isAssetType } from "../../run/value.ts";
import { buildStep, type BuildContext } from "./build-step.ts";
import { convert, type MakeContext } from "./convert.ts";
import { asksWhatThereIs } from "./ellipsis.ts";
import { finishStep, insteadOf, turnInto } from "./finish-step.ts";
import type { Done } from "./foresight.ts";
import { itemType } from "./item-type.ts";
import { hasContent, type Match } from "./match.ts";
import { findNesting } from "./nested-task.ts";
import type { Reading } from "./read-clause.ts";
import { textOf } from "./slots.ts";
import type { Resolved, Thing } from "./things.ts";

export function createSteps() {
  const notes: string[] = [];
  const done: Done[] = [];
  let effects: readonly string[] = [];
  let lacks = false;

  const build = (context: BuildContext): Thing[][] => {
    const isEffect = context.profile.outputs.length === 0;
    const { built, lacking } = buildStep(context, isEffect ? effects : []);
    const { clause, profile } = context;
    lacks = lacking.length > 0;
    if (lacks) {
      notes.push(`"${textOf(clause.words)}" needs ${lacking.join(" and ")}, and the request gives none.`);
    }
    if (built.length > 0) done.push({ task: profile.task.id, sentence: clause.sentence });
    effects = isEffect ? built.map(({ id }) => id) : [];
    return built.map((one) => [...one.things]);
  };

  return {
    notes,
    done: done as readonly Done[],
    /** Whether the last clause lacked something to work on, so that what builds on it can't be done, either. */
    lacks: (): boolean => lacks,

    /** Does what a clause asks for; returns what that makes. */
    take(making: MakeContext, { resolved, wanted }: Reading, match: Match): Thing[] {
      const nesting = findNesting(match, { resolved, wanted: { ...wanted, likeness: new Map() } }, making.catalogue);
      const before = nesting ? build(contextFor(making, nesting.inner, resolved)) : [];
      const inner = before.flatMap(([main]) => main ?? []);
      making.things.speakOf(before.flat());
      const context = contextFor(making, nesting?.outer ?? match, [...asResolved(inner), ...resolved]);
      const instead = insteadOf(context);
      if (instead) notes.push(instead.note);
      const made = finishStep(context, build(instead?.context ?? context), wanted.targets);
      making.things.speakOf(made);
      return made;
    },

    /** Does what a clause asks for without naming a task: "give me that as an audio file", "what is this?" */
    turn(making: MakeContext, { resolved, wanted }: Reading): void {
      const { clause, things } = making;
      const turned = asksWhatThereIs(clause.words)
        ? describe(making, resolved)
        : turnInto(making, resolved, wanted.targets);
      things.speakOf(turned);
      const asked = clause.kind !== "context" && hasContent(clause.words);
      if (turned.length === 0 && asked) notes.push(`Not understood: "${textOf(clause.words)}".`);
    },
  };
}

function contextFor(making: MakeContext, { profile, evidence }: Match, resolved: readonly Resolved[]): BuildContext {
  return { ...making, profile, evidence, resolved };
}

/** What an inner task gave, as if the clause had named it. */
function asResolved(things: readonly Thing[]): Resolved[] {
  if (things.length === 0) return [];
  const mention = {
    kind: "phrase",
    from: -1,
    to: -1,
    head: "",
    modifiers: [],
    determiner: "definite",
    plural: things.length > 1,
    role: "source",
  } as const;
  return [{ mention, things, certainty: "named" }];
}

/** Puts files into words: those that the clause names, else those that were spoken of last. */
function describe(making: MakeContext, resolved: readonly Resolved[]): Thing[] {
  const { things, guard } = making;
  const named = resolved.find(({ certainty }) => certainty !== "pronoun")?.things;
  const latest = things.recent(guard).find(({ type }) => isAssetType(itemType(type)));
  const meant = named ?? (latest ? things.together(latest, guard) : []);
  const files = meant.filter(({ type }) => isAssetType(itemType(type)));
  return files.flatMap((thing) => convert({ ...making, evidence: new Set() }, thing, "text") ?? []);
}
