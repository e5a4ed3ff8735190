/** What clauses have to do with each other: which only announce, repeat or imply what another one asks for. */
import type { Catalogue } from "./catalogue.ts";
import { chooseTask, rankTasks, type Match } from "./match.ts";
import { readClause, type Reading } from "./read-clause.ts";
import type { Clause } from "./clause.ts";
import type { Things } from "./things.ts";
import { takesQuestions } from "./traits.ts";

export interface Foreseen {
  /** The task that the clause seems to ask for, before anything is planned. */
  readonly task: string | undefined;
  /** Whether it says what the task is to work on. */
  readonly saysOfWhat: boolean;
}

/** A task that was planned, and the sentence that asked for it. */
export interface Done {
  readonly task: string;
  readonly sentence: number;
}

const unlike = new Map<string, number>();

export function foresee(clause: Clause, things: Things, catalogue: Catalogue): Foreseen {
  const { resolved, wanted } = readClause(clause, things, { catalogue });
  const match = clause.kind === "context" ? undefined : chooseTask({ ...wanted, likeness: unlike }, catalogue);
  return {
    task: match?.profile.task.id,
    saysOfWhat: resolved.some(({ certainty }) => certainty !== "pronoun"),
  };
}

/** "I have a photo and a question: ...": where nothing else is asked for that takes a question, it is to be answered. */
export function withImpliedQuestions(
  clauses: readonly Clause[],
  things: Things,
  catalogue: Catalogue,
): readonly Clause[] {
  const readings = clauses.map((clause) => ({ clause, wanted: readClause(clause, things, { catalogue }).wanted }));
  const answered = readings.some(({ clause, wanted }) => {
    if (clause.kind === "context") return false;
    const match = chooseTask({ ...wanted, likeness: unlike }, catalogue);
    return wanted.asking.question || (match !== undefined && takesQuestions(match.profile));
  });
  if (answered) return clauses;
  return readings.map(({ clause, wanted }) =>
    clause.kind === "context" && wanted.asking.question ? { ...clause, kind: "request" } : clause,
  );
}

/** How well words must name a task that was done, to speak of it again. */
const LEAST_RECALL = 0.4;

/** "After generating the image, ...", "Please perform the classification": speaks of what was asked for before. */
export function repeats(
  clause: Clause,
  { wanted, resolved }: Reading,
  match: Match,
  { done, catalogue }: { readonly done: readonly Done[]; readonly catalogue: Catalogue },
): boolean {
  const before = done.filter(({ sentence }) => sentence < clause.sentence).map(({ task }) => task);
  if (clause.kind !== "recall") return resolved.length === 0 && before.includes(match.profile.task.id);
  const ranked = rankTasks({ ...wanted, likeness: unlike }, catalogue);
  return ranked.some(({ profile, lexical }) => lexical >= LEAST_RECALL && before.includes(profile.task.id));
}

/** "I want a summary. Please summarize the note": a later clause asks for the same, and says of what. */
export function announces(
  index: number,
  { resolved }: Reading,
  match: Match,
  { clauses, foreseen }: { readonly clauses: readonly Clause[]; readonly foreseen: readonly Foreseen[] },
): boolean {
  // A question is no announcement: "how many apples and how many pears are there?" asks twice.
  if (clauses[index]?.kind === "question" || resolved.some(({ certainty }) => certainty !== "pronoun")) return false;
  const length = clauses[index]?.words.length ?? 0;
  return clauses.some((later, at) => {
    const { task, saysOfWhat = false } = foreseen[at] ?? {};
    const saysMore = saysOfWhat || later.words.length > length + 1;
    return at > index && !later.branch && task === match.profile.task.id && saysMore;
  });
}
