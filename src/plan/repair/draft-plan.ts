/** A plan as it was read from a language model's answer: what it says, before anybody knows whether that can be. */
import type { PlanAsset } from "../check-problem.ts";
import type { Mend } from "./mend.ts";

/** Points at the output of another node. */
export interface Pointer {
  readonly kind: "output";
  /** Position of that node in the draft, from 0; there may be no such node. */
  readonly at: number;
  /** Whether it was written as a number, so that its author may have counted from 1. */
  readonly counted: boolean;
  /** The output that was named: `text` of `<node-0>.text`. */
  readonly output?: string | undefined;
  readonly written: string;
}

/** What an argument says. */
export type Said =
  | Pointer
  | { readonly kind: "text"; readonly text: string }
  /** A file or an address. `asset`: what the request has under this name; `held`: the request's words hold the name. */
  | { readonly kind: "file"; readonly name: string; readonly asset?: PlanAsset | undefined; readonly held: boolean }
  | { readonly kind: "mixed"; readonly parts: readonly (string | Pointer)[] }
  /** Stands for something that nobody filled in: `<question>`. */
  | { readonly kind: "blank"; readonly written: string };

export interface DraftArgument {
  readonly name?: string | undefined;
  readonly said: Said;
}

export interface DraftNode {
  readonly id: string;
  /** As it was written; the catalogue may hold no such task. */
  readonly task: string;
  readonly arguments: readonly DraftArgument[];
}

/** "This one after that one", by positions; several where the name that was written stands for several nodes. */
export interface DraftLink {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

export interface DraftPlan {
  readonly nodes: readonly DraftNode[];
  readonly links: readonly DraftLink[];
  /** What had to be guessed or left out while reading. */
  readonly faults: readonly Mend[];
}
