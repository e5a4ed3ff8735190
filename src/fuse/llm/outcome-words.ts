/** Takes an answer by a fuser that repeats records apart into what it says of each node, and what it says of the rest. */
import type { RunState } from "../../run/state.ts";
import type { Answer, Citation } from "../answer.ts";

export interface ToldNode {
  readonly id: string;
  /** Its words with the marker at the end. */
  readonly text: string;
  readonly citation: Citation;
  /** Offset of `text` in the answer. */
  readonly start: number;
}

export interface OutcomeWords {
  readonly found: ReadonlyMap<string, ToldNode>;
  /** What was not done. */
  readonly lost: ReadonlyMap<string, ToldNode>;
  /** All that stands behind the findings: what was not done, and notes. */
  readonly rest: { readonly start: number; readonly text: string };
}

export function outcomeWords(state: RunState, { text, citations }: Answer): OutcomeWords {
  const found = new Map<string, ToldNode>();
  const lost = new Map<string, ToldNode>();
  let end = 0;
  for (const citation of citations) {
    const id = citation.node;
    if (state.nodes.get(id)?.status === "succeeded") {
      const start = end + (/^\s*/u.exec(text.slice(end, citation.start))?.[0].length ?? 0);
      end = citation.end;
      found.set(id, { id, text: text.slice(start, end), citation, start });
    } else {
      const start = text.lastIndexOf("\n", citation.start) + 1;
      lost.set(id, { id, text: text.slice(start, citation.end), citation, start });
    }
  }
  return { found, lost, rest: { start: end, text: text.slice(end) } };
}
