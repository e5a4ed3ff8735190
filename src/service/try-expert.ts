/** The trial call of an expert: a run like others, pinned to it, on its own lane, so that it can be looked at afterwards. */
import { TuttiError } from "../errors.ts";
import type { ExpertRecord } from "../ports/expert-store.ts";
import type { ExpertCard } from "../registry/expert-card.ts";
import { nameOf } from "../registry/expert-name.ts";
import type { TaskSpec } from "../registry/task-spec.ts";
import type { Tutti } from "../tutti.ts";
import { sampleInputs } from "./sample-inputs.ts";

/** Trials are nobody's runs. */
export const TRIAL_TENANT = "trials";
/** Beyond the expert's own limit: to be queued, loaded, and given up. */
const EXTRA_MS = 30_000;

export type Trial = NonNullable<ExpertRecord["trial"]>;

/** @throws TuttiError `invalid-request` where the sample doesn't fit the task */
export async function tryExpert(
  { submit, wait, upload }: Pick<Tutti, "submit" | "wait" | "upload">,
  {
    card,
    task,
    given,
  }: { readonly card: ExpertCard; readonly task: TaskSpec; readonly given?: Record<string, unknown> | undefined },
  at: number,
): Promise<Trial> {
  const tenant = TRIAL_TENANT;
  const { inputs, assets } = await sampleInputs({ task, given, upload: (file) => upload({ ...file, tenant }) });
  const files = assets.map(({ id, type, name }) => ({
    type: "asset" as const,
    asset: id,
    kind: type,
    ...(name !== undefined && { name }),
  }));
  const limitMs = card.limits.timeoutMs + EXTRA_MS;
  const { runId } = await submit(
    {
      messages: [{ role: "user", content: [{ type: "text", text: `Trial of ${nameOf(card)}` }, ...files] }],
      options: { deadline: limitMs / 1000, reuse: false, effects: card.effects, priority: 1 },
      plan: [{ id: "trial", task: task.id, inputs, expert: nameOf(card) }],
    },
    { tenant },
  );
  const { state } = await wait(tenant, runId, AbortSignal.timeout(limitMs + EXTRA_MS));
  const node = state.nodes.get("trial");
  if (node?.status === "succeeded") return { at, ok: true, runId, runMs: node.usage.runMs ?? 0 };
  const message = node?.error?.message ?? node?.skip?.reason ?? state.finishReason ?? "it did not end in time";
  return { at, ok: false, runId, message };
}

export function trialFailed(card: ExpertCard, { message = "" }: Trial): TuttiError {
  return new TuttiError(
    "trial-failed",
    `${nameOf(card)} was not taken: its trial call went wrong: ${message}. Mend it, give another sample, or register it unverified.`,
  );
}
