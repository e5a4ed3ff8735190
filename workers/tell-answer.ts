/** Records an answer piece by piece while it is being written, so that whoever watches the run can read along. */
import type { RunBook } from "../src/dispatch/run-book.ts";
import type { NodeState } from "../src/run/state.ts";

/** A preview that can't be recorded is no failure of the answer, which is recorded whole in the end. */
export function tellAnswer(
  book: RunBook,
  runId: string,
  { spec, attempt }: NodeState,
): { readonly tell: (text: string) => void; readonly told: () => Promise<void> } {
  let from = 0;
  let last: Promise<void> = Promise.resolve();
  async function record(before: Promise<void>, piece: { readonly from: number; readonly text: string }): Promise<void> {
    await before;
    await book.change(runId, { type: "tell", at: book.now(), nodeId: spec.id, attempt, ...piece }).catch(() => {});
  }
  return {
    tell(text) {
      last = record(last, { from, text });
      from += text.length;
    },
    told: () => last,
  };
}
