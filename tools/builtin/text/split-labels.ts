import { TuttiError } from "../../../src/errors.ts";

const MAX_LABELS = 50;

/**
 * The categories of a list as people write it: `sports, politics or cooking`, one per line, `a; b`, `["a", "b"]`.
 * Each once, in order.
 * @throws TuttiError `bad-input` with fewer than 2 or more than 50.
 */
export function splitLabels(list: string): string[] {
  const parts = list
    .replace(/^\s*[[({]|[\])}]\s*$/g, "")
    .split(/[,;\n|]/)
    .flatMap((part) => part.split(/\s+or\s+/i))
    .map(tidy)
    .filter((part) => part !== "");
  const labels = splitLastAnd(parts).map(tidy);
  const unique = [...new Map(labels.map((label) => [label.toLowerCase(), label])).values()];
  if (unique.length < 2) {
    throw new TuttiError(
      "bad-input",
      "Name at least two categories, separated by commas: “sports, politics, cooking”.",
    );
  }
  if (unique.length > MAX_LABELS) {
    throw new TuttiError("bad-input", `${unique.length} categories are too many; name at most ${MAX_LABELS}.`);
  }
  return unique;
}

/** The last `and` joins the list (`a, b and c`), unless other categories hold an `and` as well (`arts and crafts`). */
function splitLastAnd(parts: readonly string[]): string[] {
  const last = parts.at(-1) ?? "";
  const before = parts.slice(0, -1);
  return before.some((part) => /\sand\s/i.test(part)) ? [...parts] : [...before, ...last.split(/\s+and\s+/i)];
}

function tidy(label: string): string {
  return label
    .trim()
    .replace(/^(?:or|and|either|[-*•])\s+/i, "")
    .replace(/^["'“”‘’]+|["'“”‘’?.!]+$/g, "")
    .trim();
}
