import type { Answer } from "../fuse/answer.ts";
import type { RunState } from "../run/state.ts";
import type { TokenUsage } from "../run/usage.ts";
import type { SpilledValue, Value } from "../run/value.ts";

export interface FuseInput {
  /** Every node but the answer has settled. */
  readonly state: RunState;
  /** Reads a value that was too large to keep in the state. */
  readonly load: (value: SpilledValue) => Promise<Value>;
  /** For the reader of the run: how the answer came to be, where that is worth a word. */
  readonly note?: ((text: string) => void) | undefined;
  /** Pieces of the answer as it is written. Together they begin the answer, unless it all has to give way. */
  readonly tell?: ((text: string) => void) | undefined;
  /** What every call of a language model took. */
  readonly used?: ((usage: TokenUsage) => void) | undefined;
}

export interface Fuser {
  /** Recorded in the run: `template@1`. */
  readonly name: string;
  /** Makes the answer from recorded results only. */
  fuse(input: FuseInput, signal: AbortSignal): Promise<Answer>;
}
