import { TuttiError } from "../../src/errors.ts";
import { splitLabels } from "../builtin/text/split-labels.ts";

/** Candidates as people list them; one alone is allowed. @throws TuttiError `bad-input` for none, and for more than 50 */
export function readLabels(list: string): readonly string[] {
  const alone = list.trim().replace(/^(?:a|an|the)\s+/i, "");
  if (alone === "") throw new TuttiError("bad-input", "Name what to look for, separated by commas: “dog, red car”.");
  return /[,;\n|]|\s(?:or|and)\s/i.test(alone) ? splitLabels(list) : [alone];
}
