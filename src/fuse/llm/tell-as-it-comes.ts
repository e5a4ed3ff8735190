/** Shows an answer while it is being written: every sentence once it is whole and holds, up to the first that does not. */
import type { RunState } from "../../run/state.ts";
import { checkGrounding } from "../grounding/check-grounding.ts";
import type { Evidence } from "../grounding/evidence.ts";
import { splitLines } from "../grounding/sentences.ts";
import { layOut } from "./compose-answer.ts";

/** @returns takes all that was written so far, each time */
export function tellAsItComes(
  state: RunState,
  evidence: Evidence,
  tell: (text: string) => void,
): (written: string) => void {
  let told = "";
  let closed = 0;
  let isOver = false;
  return (written) => {
    if (isOver) return;
    const sentences = splitLines(written).flatMap((line) => line.sentences);
    // The last one may go on, and a marker that is just beginning belongs to the one before.
    const open = sentences.at(-1)?.text.startsWith("[") ? 2 : 1;
    const count = Math.max(0, sentences.length - open);
    if (count <= closed) return;
    closed = count;
    const lines = checkGrounding(written.slice(0, sentences[count - 1]?.end), evidence);
    const firstBad = lines.findIndex((line) => line.sentences.some(({ faults }) => faults.length > 0));
    isOver = firstBad !== -1;
    const good = isOver ? lines.slice(0, firstBad + 1).map(withoutRest) : lines;
    const text = layOut(state, good);
    if (!text.startsWith(told) || text === told) return;
    tell(text.slice(told.length));
    told = text;
  };
}

function withoutRest<T extends { readonly sentences: readonly { readonly faults: readonly unknown[] }[] }>(line: T): T {
  const bad = line.sentences.findIndex(({ faults }) => faults.length > 0);
  return bad === -1 ? line : { ...line, sentences: line.sentences.slice(0, bad) };
}
