/** Executes one job: claims its attempt, does the work of its kind of node, and commits how it ended. */
import { loadSpilled, spill } from "../src/assets/values.ts";
import { asTuttiError, TuttiError } from "../src/errors.ts";
import { nextAttempt, defaultRetryPolicy, type RetryPolicy } from "../src/dispatch/retry-policy.ts";
import { recordedError } from "../src/dispatch/run-book.ts";
import type { Fuser } from "../src/ports/fuser.ts";
import { REPLAN_NODE, wantsReplan } from "../src/plan/outcomes.ts";
import type { CallOutcome } from "../src/ports/merit-store.ts";
import type { Job } from "../src/ports/job-queue.ts";
import { isFinished, type NodeState, type RunState } from "../src/run/state.ts";
import type { ChosenExpert, Usage } from "../src/run/events.ts";
import { addTokens } from "../src/run/usage.ts";
import { outcomeOf } from "./call-outcome.ts";
import { giveUpWaiting } from "./give-up-waiting.ts";
import { NotRecordedError } from "./growth.ts";
import { runPlan, type PlanDependencies } from "./run-plan.ts";
import { tellAnswer } from "./tell-answer.ts";
import { runTask, type NodeResult, type TaskDependencies } from "./run-task.ts";

export interface JobDependencies extends PlanDependencies, TaskDependencies {
  readonly fuser: Fuser;
  /** Recorded as who did it. */
  readonly workerId: string;
  readonly retryPolicy?: RetryPolicy;
  /** Told how calls of experts went. */
  readonly onOutcome?: ((outcome: CallOutcome) => void) | undefined;
  /** Whether an expert has failed so often of late that it is not to be tried twice. */
  readonly isFailing?: ((expert: ChosenExpert) => boolean) | undefined;
}

/**
 * Resolves when the outcome is recorded, or when there is nothing to do any more.
 * @throws when the job was taken away before it ended, or when its outcome can't be recorded: so that it is delivered again
 */
export async function runJob(deps: JobDependencies, job: Job, signal: AbortSignal): Promise<void> {
  const { book, workerId: worker } = deps;
  const { runId, nodeId, attempt } = job;
  if (await planAgain(deps, job)) return;
  const { decision, state } = await book.change(runId, { type: "start", at: book.now(), nodeId, attempt, worker });
  if (decision.outcome === "refused") throw new TuttiError("internal", `job ${job.id} can't start: ${decision.reason}`);
  const node = state.nodes.get(nodeId);
  if (decision.outcome === "stale" || node?.status !== "running") return;

  let result: NodeResult;
  try {
    result = await giveUpWaiting(work(deps, state, node, signal), signal);
  } catch (thrown) {
    if (thrown instanceof NotRecordedError) throw thrown.cause;
    if (signal.aborted && !(await ended(deps, runId))) throw thrown;
    const error = recordedError(thrown);
    const at = book.now();
    // First, since it may be the failure after which the expert is not to be tried again.
    tell(deps, outcomeOf(node, { error }, at));
    const { retryAfter = 0 } = asTuttiError(thrown);
    const circumstances = { isFailing: deps.isFailing, retryAfterMs: retryAfter * 1000 };
    const next = nextAttempt(node, error, at, deps.retryPolicy ?? defaultRetryPolicy, circumstances);
    await book.change(runId, { type: "fail", at, nodeId, attempt, error, next });
    return;
  }
  // Not inside the try: that a result can't be recorded is no failure of the step.
  const { outputs } = result;
  const usage = { queueMs: Math.max(0, (node.startedAt ?? 0) - (node.readyAt ?? 0)), ...result.usage };
  const at = book.now();
  await book.change(runId, { type: "complete", at, nodeId, attempt, outputs, usage });
  tell(deps, outcomeOf(node, { usage }, at));
}

function tell({ onOutcome }: JobDependencies, outcome: CallOutcome | undefined): void {
  if (outcome) onOutcome?.(outcome);
}

/** An answer that is due although something was lost waits for a second planning, where there is a planner for that. */
async function planAgain({ book, planner }: JobDependencies, { runId, nodeId, lane }: Job): Promise<boolean> {
  if (lane !== "control" || !planner.replans) return false;
  const state = await book.state(runId);
  const node = state?.nodes.get(nodeId);
  if (!state || node?.spec.kind !== "fuse" || node.status !== "ready" || !wantsReplan(state, book.now())) return false;
  const { decision } = await book.change(runId, { type: "replan", at: book.now(), nodeId: REPLAN_NODE });
  return decision.outcome === "events";
}

async function ended({ book }: JobDependencies, runId: string): Promise<boolean> {
  const state = await book.state(runId);
  return !state || isFinished(state);
}

function work(deps: JobDependencies, state: RunState, node: NodeState, signal: AbortSignal): Promise<NodeResult> {
  switch (node.spec.kind) {
    case "plan":
      return runPlan(deps, state, node, signal);
    case "task":
      return runTask(deps, state, node, signal);
    case "fuse":
      return runFuse(deps, state, node, signal);
  }
}

async function runFuse(
  { assets, book, fuser }: JobDependencies,
  state: RunState,
  node: NodeState,
  signal: AbortSignal,
): Promise<NodeResult> {
  const { tenant, runId } = state;
  const load = loadSpilled.bind(undefined, assets, tenant);
  const started = performance.now();
  const notes: string[] = [];
  let usage: Usage = {};
  const telling = tellAnswer(book, runId, node);
  const answer = await fuser.fuse(
    {
      state,
      load,
      note: (text) => void notes.push(text),
      tell: telling.tell,
      used: (more) => void (usage = addTokens(usage, more)),
    },
    signal,
  );
  await telling.told();
  for (const text of notes) {
    await book.change(runId, { type: "note", at: book.now(), nodeId: node.spec.id, text });
  }
  const origin = { kind: "node", runId, nodeId: node.spec.id, output: "answer" } as const;
  const outputs = {
    answer: await spill(assets, tenant, { type: "json", value: answer }, origin),
    fuser: { type: "text", value: fuser.name },
  } as const;
  return { outputs, usage: { ...usage, runMs: Math.round(performance.now() - started) } };
}
