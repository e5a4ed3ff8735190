/** Goes through the clauses of a request in order, and makes the nodes of each. */
import type { PlanInput } from "../../ports/planner.ts";
import { createBranching } from "./branching.ts";
import { buildStep, type BuildContext } from "./build-step.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Draft } from "./draft.ts";
import { finishStep, insteadOf, turnInto } from "./finish-step.ts";
import type { Likeness } from "./likeness.ts";
import { chooseTask, hasContent, rankTasks, takesQuestions, type Match } from "./match.ts";
import { readClause, type Reading } from "./read-clause.ts";
import type { Clause } from "./segment.ts";
import { textOf } from "./slots.ts";
import type { Things } from "./things.ts";

export interface Story {
  readonly input: PlanInput;
  readonly clauses: readonly Clause[];
  /** For each clause. */
  readonly likeness: readonly Likeness[];
  readonly catalogue: Catalogue;
  readonly things: Things;
  readonly draft: Draft;
}

interface Done {
  readonly task: string;
  readonly sentence: number;
}

/** Makes the nodes; returns what the reader of the run should know of clauses that were not, or not wholly, planned. */
export function planSteps(story: Story): string[] {
  const { catalogue, things, draft } = story;
  const clauses = withImpliedQuestions(story);
  const foreseen = clauses.map((clause) => foresee(clause, story));
  const asks = clauses.some(({ kind }) => kind !== "context");
  const branching = createBranching();
  const notes: string[] = [];
  const done: Done[] = [];
  let effects: readonly string[] = [];
  for (const [index, clause] of clauses.entries()) {
    if (draft.isFull()) return [...notes, "The plan is full; what comes after it was left out."];
    branching.enter(clause);
    const guard = branching.guard();
    const reading = readClause(clause, things, guard);
    for (const file of reading.missingFiles) notes.push(`The request speaks of ${file}, but no such file was sent.`);
    things.speakOf(reading.resolved.flatMap(({ things: meant, certainty }) => (certainty === "pronoun" ? [] : meant)));
    if (asks && clause.kind === "context") continue;
    const wanted = { ...reading.wanted, likeness: story.likeness[index] ?? new Map() };
    const match = chooseTask(wanted, catalogue);
    const making = {
      clause,
      evidence: match?.evidence ?? new Set(),
      things,
      guard,
      catalogue,
      draft,
      when: branching.when(),
      group: `step ${index}`,
    };
    if (!match || branching.isLost()) {
      const turned = branching.isLost() ? [] : turnInto(making, reading.resolved, reading.wanted.targets);
      things.speakOf(turned);
      const asked = clause.kind !== "context" && hasContent(clause.words);
      if (turned.length === 0 && asked) notes.push(`Not understood: "${textOf(clause.words)}".`);
      continue;
    }
    if (repeats(clause, reading, match, done, catalogue)) continue;
    if (announces(index, reading, match, clauses, foreseen)) continue;
    const context: BuildContext = { ...making, profile: match.profile, resolved: reading.resolved };
    const instead = insteadOf(context);
    if (instead) notes.push(instead.note);
    const { profile } = instead?.context ?? context;
    const isEffect = profile.outputs.length === 0;
    const { built, lacking } = buildStep(instead?.context ?? context, isEffect ? effects : []);
    if (lacking.length > 0)
      notes.push(`"${textOf(clause.words)}" needs ${lacking.join(" and ")}, and the request gives none.`);
    if (built.length > 0) done.push({ task: match.profile.task.id, sentence: clause.sentence });
    effects = isEffect ? built.map(({ id }) => id) : [];
    const made = finishStep(
      context,
      built.map((one) => one.things),
      reading.wanted.targets,
    );
    things.speakOf(made);
    branching.leave(clause, made);
  }
  return notes;
}

interface Foreseen {
  readonly task: string | undefined;
  readonly saysOfWhat: boolean;
}

/** What a clause seems to ask for, before anything is planned. */
function foresee(clause: Clause, { things, catalogue }: Pick<Story, "things" | "catalogue">): Foreseen {
  const { resolved, wanted } = readClause(clause, things, undefined);
  const match = clause.kind === "context" ? undefined : chooseTask({ ...wanted, likeness: new Map() }, catalogue);
  return { task: match?.profile.task.id, saysOfWhat: resolved.some(({ certainty }) => certainty !== "pronoun") };
}

/** "I have a photo and a question: ...": where nothing else is asked for that takes a question, it is to be answered. */
function withImpliedQuestions(story: Story): readonly Clause[] {
  const { clauses, catalogue } = story;
  const readings = clauses.map((clause) => ({ clause, reading: readClause(clause, story.things, undefined) }));
  const answered = readings.some(({ clause, reading }) => {
    const match = chooseTask({ ...reading.wanted, likeness: new Map() }, catalogue);
    return (
      clause.kind !== "context" &&
      (reading.wanted.asksQuestion || (match !== undefined && takesQuestions(match.profile)))
    );
  });
  if (answered) return clauses;
  return readings.map(({ clause, reading }) =>
    clause.kind === "context" && reading.wanted.asksQuestion ? { ...clause, kind: "request" } : clause,
  );
}

/** "After generating the image, ...", "Please perform the classification": speaks of what was asked for before. */
function repeats(
  clause: Clause,
  { wanted, resolved }: Reading,
  { profile }: Match,
  done: readonly Done[],
  catalogue: Catalogue,
): boolean {
  const before = done.filter(({ sentence }) => sentence < clause.sentence).map(({ task }) => task);
  if (clause.kind !== "recall") return resolved.length === 0 && before.includes(profile.task.id);
  const ranked = rankTasks({ ...wanted, likeness: new Map() }, catalogue);
  return ranked.some(({ profile: other, lexical }) => lexical >= 0.4 && before.includes(other.task.id));
}

/** "I want a summary. Please summarize the note": a later clause asks for the same, and says of what. */
function announces(
  index: number,
  { resolved }: Reading,
  { profile }: Match,
  clauses: readonly Clause[],
  foreseen: readonly Foreseen[],
): boolean {
  if (resolved.some(({ certainty }) => certainty !== "pronoun")) return false;
  const length = clauses[index]?.words.length ?? 0;
  return clauses.some((later, at) => {
    const { task, saysOfWhat = false } = foreseen[at] ?? {};
    return at > index && !later.branch && task === profile.task.id && (saysOfWhat || later.words.length > length + 1);
  });
}
