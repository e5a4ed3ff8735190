/** Says what can be asked for, where nothing was, or nothing that was understood. */
import { TuttiError } from "../../errors.ts";
import type { CatalogueTask } from "../../ports/planner.ts";

const MOST_NAMED = 8;

/** The answer to "hi" and "what can you do?": there is no work to be done. */
export function whatIsPossible(tasks: readonly CatalogueTask[]): TuttiError {
  const available = tasks.filter(({ unavailable }) => unavailable === undefined);
  const skills = available.map(({ description }) => lowerFirst(description.replace(/[.:;(](?:\s.*)?$/s, "")));
  const can =
    skills.length === 0
      ? "Nothing can be done now: no expert is available."
      : `Tutti can: ${skills.join("; ")}. Send words, files or both, and say what to do with them.`;
  return new TuttiError("not-understood", `Hello! That asks for nothing to be done yet. ${can}`);
}

/** A few tasks by title, spread over the catalogue. */
export function possibilities(tasks: readonly CatalogueTask[]): string {
  const available = tasks.filter(({ unavailable }) => unavailable === undefined);
  const step = Math.max(1, Math.floor(available.length / MOST_NAMED));
  const titles = available.filter((_, at) => at % step === 0).slice(0, MOST_NAMED);
  return `Possible are, for instance: ${titles.map(({ title }) => title.toLowerCase()).join(", ") || "no tasks at all"}.`;
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
