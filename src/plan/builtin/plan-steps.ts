/** Goes through the clauses of a request in order, and makes the nodes of each. */
import { createBranching } from "./branching.ts";
import type { Catalogue } from "./catalogue.ts";
import { isEcho } from "./conditions.ts";
import type { Draft } from "./draft.ts";
import { wasFoundBefore } from "./ellipsis.ts";
import { announces, foresee, repeats, withImpliedQuestions } from "./foresight.ts";
import type { Likeness } from "./likeness.ts";
import { chooseTask } from "./match.ts";
import { findMentions } from "./mentions.ts";
import { readClause } from "./read-clause.ts";
import type { Clause } from "./clause.ts";
import { textOf } from "./slots.ts";
import { createSteps } from "./take-step.ts";
import type { Thing, Things } from "./things.ts";

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
  let asked: { readonly clause: Clause; readonly made: readonly Thing[] } | undefined;
  for (const [index, clause] of clauses.entries()) {
    if (draft.isFull()) {
      steps.notes.push("The plan is full; what comes after it was left out.");
      break;
    }
    branching.enter(clause);
    if (clause.branch === "if" && isEcho(clause.words)) {
      const counts = things.recent(branching.guard()).filter(isCount);
      branching.leave(clause, asked?.made ?? counts.slice(-1), [...clause.words, ...(asked?.clause.words ?? [])]);
      continue;
    }
    const guard = branching.guard();
    const reading = readClause(clause, things, { guard, catalogue });
    const { resolved, wanted } = reading;
    const missing = [...reading.missingFiles, ...reading.missingPlaces];
    const names = resolved.some(({ certainty }) => certainty !== "pronoun");
    things.speakOf(resolved.flatMap(({ things: meant, certainty }) => (certainty === "pronoun" ? [] : meant)));
    if (asks && clause.kind === "context") continue;
    const match = chooseTask({ ...wanted, likeness: likeness[index] ?? new Map() }, catalogue);
    const base = { clause, resolved, things, guard, catalogue, draft, when: branching.when(), group: `step ${index}` };
    const making = { ...base, evidence: match?.evidence ?? new Set<number>() };
    const found = match && wasFoundBefore(clause, match, { resolved, found: things.recent(guard).filter(isCount) });
    let made: readonly Thing[] = [];
    if (missing.length > 0 && !names) {
      steps.notes.push(`The request speaks of ${missing.join(", ")}, but no such file was sent.`);
    } else if (steps.lacks() && !names && leansOn(clause)) {
      steps.notes.push(`"${textOf(clause.words)}" needs what could not be made before.`);
    } else if (branching.isLost()) {
      steps.notes.push(`"${textOf(clause.words)}": whether its condition holds can't be checked.`);
    } else if (!match) {
      steps.turn(making, reading);
    } else if (found) {
      made = found;
    } else if (
      clause.branch === "if" ||
      (!repeats(clause, reading, match, { done: steps.done, catalogue }) &&
        !announces(index, reading, match, { clauses, foreseen }))
    ) {
      made = steps.take(making, reading, match);
    }
    branching.leave(clause, made);
    if (made.length > 0 && (clause.kind === "question" || made.some(isCount))) asked = { clause, made };
  }
  return steps.notes;
}

/** "and translate it" */
const leansOn = ({ words }: Clause): boolean => findMentions(words).some(({ kind }) => kind === "pronoun");

const isCount = ({ origin, type }: Thing): boolean => origin === "step" && type === "number";
