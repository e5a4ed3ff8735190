/** Looks at how big parsed JSON is before anything recursive is let near it. */
import { TuttiError } from "../errors.ts";

const MOST_LEVELS = 64;
const MOST_VALUES = 100_000;

/**
 * Schemas recurse and list every fault that they find: a body of a million brackets would be a full stack, one of a
 * million wrong entries a full memory. Neither is a request.
 * @throws TuttiError `too-large`
 */
export function checkShape(json: unknown): void {
  let values = 0;
  let level: unknown[] = [json];
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length;
    if (depth > MOST_LEVELS)
      throw new TuttiError("too-large", `The JSON is nested more than ${MOST_LEVELS} levels deep.`);
    if (values > MOST_VALUES) throw new TuttiError("too-large", `The JSON holds more than ${MOST_VALUES} values.`);
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
  }
}
