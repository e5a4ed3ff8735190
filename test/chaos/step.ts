/** What a step of the chaos graphs makes of its inputs: a pure function, so that everybody knows what has to come out. */
import { createHash } from "node:crypto";

/** `some`: refuses some items of a list. `long`: its text is too large to be kept in the run's state. */
export const fates = ["ok", "long", "flaky", "fail", "some"] as const;
export type Fate = (typeof fates)[number];

export interface StepInputs {
  /** Of the node, unlike any other of any run. */
  readonly name: string;
  readonly fate: string;
  /** Of the list that the node is mapped over. */
  readonly item?: string | undefined;
  readonly a?: string | undefined;
  readonly b?: string | undefined;
  readonly list?: readonly string[] | undefined;
}

export interface StepOutputs {
  readonly text: string;
  /** 0 to 9. */
  readonly number: number;
  /** None to three. */
  readonly words: readonly string[];
}

const LONG = 100;

/** @returns undefined where the step refuses its inputs for good */
export function stepOutputs({ name, fate, item, a, b, list }: StepInputs): StepOutputs | undefined {
  const digest = sha256(JSON.stringify([name, item ?? null, a ?? null, b ?? null, list ?? null]));
  const digit = (place: number): number => Number.parseInt(digest.charAt(place), 16);
  if (fate === "fail" || (fate === "some" && item !== undefined && digit(0) % 3 === 0)) return undefined;
  return {
    text: fate === "long" ? digest.repeat(LONG) : digest,
    number: (digit(1) * 16 + digit(2)) % 10,
    words: Array.from({ length: digit(3) % 4 }, (_, index) => `${digest.slice(0, 12)}-${index}`),
  };
}

/** Names what is executed: a node, or one item of a mapped one. */
export function executionKey(name: string, item?: string): string {
  return item === undefined ? name : `${name} ${sha256(item).slice(0, 12)}`;
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
