/** A file of model cards -> experts to register, and why the rest are none. Never throws. */
import type { Registration } from "../registration.ts";
import { readCardLine } from "./read-card-line.ts";
import { NO_LICENCE, registrationOfCard, refusalReasons, type CardContext } from "./registration-of-card.ts";

export const lineReasons = {
  ...refusalReasons,
  empty: "The line is empty.",
  broken: "The line is no model card in JSON.",
  duplicate: "The model stands in the file before.",
} as const;
export type LineReason = keyof typeof lineReasons;

export type LineOutcome =
  | { readonly line: number; readonly registration: Registration; readonly reason?: undefined }
  | { readonly line: number; readonly reason: LineReason; readonly detail: string; readonly registration?: undefined };

/** Longer is no card, and to read it would take its size many times over. Characters. */
const LONGEST_LINE = 1_000_000;

/** An outcome for each line, in order; lines count from 1. */
export function* importCards(lines: Iterable<string>, context: CardContext): Generator<LineOutcome> {
  const seen = new Map<string, number>();
  let line = 0;
  for (const text of lines) {
    line += 1;
    yield { line, ...outcomeOf(text, line, seen, context) };
  }
}

type Outcome = { registration: Registration } | { reason: LineReason; detail: string };

function outcomeOf(text: string, line: number, seen: Map<string, number>, context: CardContext): Outcome {
  if (text.trim() === "") return { reason: "empty", detail: "" };
  if (text.length > LONGEST_LINE) return { reason: "broken", detail: `it has ${text.length} characters` };
  try {
    const card = readCardLine(text);
    // The hub takes no two names that differ by case alone.
    const key = card.id.toLowerCase();
    const before = seen.get(key);
    if (before !== undefined) return { reason: "duplicate", detail: `${card.id}, of line ${before}` };
    seen.set(key, line);
    const outcome = registrationOfCard(card, context);
    return outcome.registration
      ? { registration: outcome.registration }
      : { reason: outcome.refusal, detail: outcome.detail };
  } catch (error) {
    return { reason: "broken", detail: (error instanceof Error ? error.message : String(error)).slice(0, 200) };
  }
}

export interface ImportCounts {
  readonly lines: number;
  readonly registrations: number;
  /** Of the registrations: whose licence nobody told. */
  readonly withoutLicence: number;
  /** By reason, the lines of each detail: a task that is not known, by name. */
  readonly refused: ReadonlyMap<LineReason, ReadonlyMap<string, readonly number[]>>;
}

export function countOutcomes(outcomes: Iterable<LineOutcome>): ImportCounts {
  const refused = new Map<LineReason, Map<string, number[]>>();
  let [lines, registrations, withoutLicence] = [0, 0, 0];
  for (const outcome of outcomes) {
    lines += 1;
    if (outcome.registration) {
      registrations += 1;
      if (outcome.registration.licence?.code === NO_LICENCE) withoutLicence += 1;
      continue;
    }
    const { reason, detail, line } = outcome;
    const details = refused.get(reason) ?? new Map<string, number[]>();
    refused.set(reason, details.set(detail, [...(details.get(detail) ?? []), line]));
  }
  return { lines, registrations, withoutLicence, refused };
}
