/** A clause of a request: one thing that is asked or told. */
import type { Word } from "./read-request.ts";

/**
 * `request` and `question` ask for something, `context` tells something ("I have two photos ..."), `recall` speaks of
 * what another clause asks for ("After describing it, ...").
 */
export type ClauseKind = "request" | "question" | "context" | "recall";

export interface Clause {
  readonly words: readonly Word[];
  readonly kind: ClauseKind;
  /** Sentence that it is part of, counted from 0. */
  readonly sentence: number;
  /** `if` asks, `else` and what follows an `if` in its sentence depend on the answer. */
  readonly branch?: "if" | "else" | undefined;
  /** Joined on by "and" or the like, so that nothing that was said before depends on it. */
  readonly isJoined?: boolean | undefined;
  /** "by ...": how what the next clause asks for is to be done. */
  readonly isMeans?: boolean | undefined;
  /** What the question was led in with: "answer the following questions:". */
  readonly lead?: readonly Word[] | undefined;
}
