import { TuttiError } from "../../../src/errors.ts";

const yes = /^(?:yes|yeah|yep|true|ja|oui|sí)(?!\p{L})/iu;
const no = /^(?:no|nope|not|false|nein|non)(?!\p{L})/iu;

/** Whether an answer says yes. @throws TuttiError `expert-failed` where it begins with neither yes nor no */
export function readYesNo(answer: string): boolean {
  const said = answer.replace(/^[\s"'“”‘’*.:-]+/, "").replace(/^(?:answer|assistant)\s*:\s*/i, "");
  if (yes.test(said)) return true;
  if (no.test(said)) return false;
  throw new TuttiError("expert-failed", `The model was to answer yes or no, and answered ${quoted(answer)}.`);
}

/** An answer as messages show it. */
export function quoted(answer: string): string {
  const line = answer.trim().replace(/\s+/g, " ");
  return JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}…` : line);
}
