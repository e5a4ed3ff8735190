/** Goes through the clauses of a request in order, and makes the nodes of each. */
import { createBranching } from "./branching.ts";
import { buildStep, type BuildContext } from "./build-step.ts";
import type { Catalogue } from "./catalogue.ts";
import type { MakeContext } from "./convert.ts";
import type { Draft } from "./draft.ts";
import { finishStep, insteadOf, turnInto } from "./finish-step.ts";
import { announces, foresee, repeats, withImpliedQuestions, type Done } from "./foresight.ts";
import type { Likeness } from "./likeness.ts";
import { chooseTask, hasContent, type Match } from "./match.ts";
import { findNesting } from "./nested-task.ts";
import { readClause, type Reading } from "./read-clause.ts";
import type { Clause } from "./segment.ts";
import { textOf } from "./slots.ts";
import type { Resolved, Thing, Things } from "./things.ts";

export interface Story {
  readonly clauses: readonly Clause[];
  /** For each clause. */
  readonly likeness: readonly Likeness[];
  readonly catalogue: Catalogue;
  readonly things: Things;
  readonly draft: Draft;
}

/** Makes the nodes; returns what the reader of the run should know of clauses that were not, or not wholly, planned. */
export function planSteps({ clauses: told, likeness, catalogue, things, draft }: Story): string[] {
  const clauses = withImpliedQuestions(told, things, catalogue);
  const foreseen = clauses.map((clause) => foresee(clause, things, catalogue));
  const asks = clauses.some(({ kind }) => kind !== "context");
  const branching = createBranching();
  const steps = createSteps();
  for (const [index, clause] of clauses.entries()) {
    if (draft.isFull()) {
      steps.notes.push("The plan is full; what comes after it was left out.");
      break;
    }
    branching.enter(clause);
    const guard = branching.guard();
    const reading = readClause(clause, things, guard);
    const { resolved, wanted, missingFiles } = reading;
    things.speakOf(resolved.flatMap(({ things: meant, certainty }) => (certainty === "pronoun" ? [] : meant)));
    if (asks && clause.kind === "context") continue;
    const match = chooseTask({ ...wanted, likeness: likeness[index] ?? new Map() }, catalogue);
    const base = { clause, things, guard, catalogue, draft, when: branching.when(), group: `step ${index}` };
    const making = { ...base, evidence: match?.evidence ?? new Set<number>() };
    if (missingFiles.length > 0 && resolved.every(({ certainty }) => certainty === "pronoun")) {
      steps.notes.push(`The request speaks of ${missingFiles.join(", ")}, but no such file was sent.`);
    } else if (branching.isLost()) {
      steps.notes.push(`"${textOf(clause.words)}": the opposite of the condition can't be checked.`);
    } else if (!match) {
      steps.turn(making, reading);
    } else if (
      !repeats(clause, reading, match, { done: steps.done, catalogue }) &&
      !announces(index, reading, match, { clauses, foreseen })
    ) {
      branching.leave(clause, steps.take(making, reading, match));
    }
  }
  return steps.notes;
}

/** Builds steps, and keeps what later ones need to know of them. */
function createSteps() {
  const notes: string[] = [];
  const done: Done[] = [];
  let effects: readonly string[] = [];

  const build = (context: BuildContext): Thing[][] => {
    const isEffect = context.profile.outputs.length === 0;
    const { built, lacking } = buildStep(context, isEffect ? effects : []);
    const { clause, profile } = context;
    if (lacking.length > 0) {
      notes.push(`"${textOf(clause.words)}" needs ${lacking.join(" and ")}, and the request gives none.`);
    }
    if (built.length > 0) done.push({ task: profile.task.id, sentence: clause.sentence });
    effects = isEffect ? built.map(({ id }) => id) : [];
    return built.map((one) => [...one.things]);
  };

  return {
    notes,
    done: done as readonly Done[],

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

    /** Does what a clause asks for without naming a task: "give me that as an audio file". */
    turn(making: MakeContext, { resolved, wanted }: Reading): void {
      const { clause, things } = making;
      const turned = turnInto(making, resolved, wanted.targets);
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
