/** What is asked of the tasks, when one is looked for. */
import type { ValueType } from "../../run/value.ts";
import type { Asking } from "./kinds-of-question.ts";
import type { Word } from "./read-request.ts";

export interface Place {
  readonly stem: string;
  /** The nearer to the verb, the more a word says of the task. */
  readonly weight: number;
}

/** What is known of a clause when a task is looked for. */
export interface Wanted {
  readonly words: readonly Word[];
  /** The clause's words, then what else is known of the things that it speaks of. */
  readonly places: readonly Place[];
  /** Whether its first word is a verb that says what to do, and no mere "give" or "make". */
  readonly verbLeads: boolean;
  /** How near to the verb the sources are, 0..1. */
  readonly sourceWeight: number;
  /** Types of the things that the clause itself speaks of. */
  readonly sources: readonly ValueType[];
  /** Types of what it wants made. */
  readonly targets: readonly ValueType[];
  /** Types of all things there are, but for questions. */
  readonly atHand: readonly ValueType[];
  readonly asking: Asking;
  /** Whether it may be about pictures that are not of writing. */
  readonly pictures: boolean;
  /** Tasks that read the words in what it speaks of; if there are any, questions may be answered from those words. */
  readonly readings: ReadonlySet<string>;
  /** Whether its grammar asks for nothing. */
  readonly onlyTells: boolean;
  /** "find the capital of France": may be a question, if it is nothing else. */
  readonly seeksFact: boolean;
  /** Likeness of the clause's meaning to each task's, -1..1, by task id; empty without an embedder. */
  readonly likeness: ReadonlyMap<string, number>;
}
