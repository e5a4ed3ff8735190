/** A run with its answer: recorded by the answer's node, or derived where the run ended before that. */
import { loadSpilled } from "../assets/values.ts";
import { answerSchema, type Answer } from "../fuse/answer.ts";
import { deriveAnswer } from "../fuse/derive-answer.ts";
import type { AssetStore } from "../ports/asset-store.ts";
import { ANSWER_NODE, isFinished, outputOf, type RunState } from "../run/state.ts";
import type { RunReport } from "../tutti.ts";

export async function reportOf(assets: AssetStore, state: RunState): Promise<RunReport> {
  return { state, answer: isFinished(state) ? await answerOf(assets, state) : undefined };
}

async function answerOf(assets: AssetStore, state: RunState): Promise<Answer> {
  const recorded = outputOf(state, ANSWER_NODE, "answer");
  const value = recorded?.type === "spilled" ? await loadSpilled(assets, state.tenant, recorded) : recorded;
  return value?.type === "json" ? answerSchema.parse(value.value) : deriveAnswer(state);
}
