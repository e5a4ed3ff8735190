/** What all models that write have in common. */
import type { StoppingCriteria } from "@huggingface/transformers";
import { TuttiError } from "../../../src/errors.ts";
import type { Library } from "./library.ts";

/** Stops a sequence when its signal is aborted. @param signals one for each sequence */
export function stopOn({ StoppingCriteria: Criteria }: Library, signals: readonly AbortSignal[]): StoppingCriteria {
  class Aborted extends Criteria {
    override _call(sequences: number[][]): boolean[] {
      return sequences.map((_, at) => signals[at]?.aborted ?? false);
    }
  }
  return new Aborted();
}

/** @throws TuttiError `canceled` */
export function assertWanted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const { reason } = signal;
  if (reason instanceof TuttiError) throw reason;
  throw new TuttiError("canceled", "the step was canceled", { cause: reason });
}
