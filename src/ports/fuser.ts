import type { Answer } from "../fuse/answer.ts";
import type { RunState } from "../run/state.ts";
import type { SpilledValue, Value } from "../run/value.ts";

export interface FuseInput {
  /** Every node but the answer has settled. */
  readonly state: RunState;
  /** Reads a value that was too large to keep in the state. */
  readonly load: (value: SpilledValue) => Promise<Value>;
  /** For the reader of the run: how the answer came to be, where that is worth a word. */
  readonly note?: ((text: string) => void) | undefined;
}

export interface Fuser {
  /** Recorded in the run: `template@1`. */
  readonly name: string;
  /** Makes the answer from recorded results only. */
  fuse(input: FuseInput, signal: AbortSignal): Promise<Answer>;
}
