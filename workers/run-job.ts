/** Executes one job: claims its attempt, does the work of its kind of node, and commits how it ended. */
import { loadSpilled, spill } from "../src/assets/values.ts";
import { TuttiError } from "../src/errors.ts";
import { nextAttempt, defaultRetryPolicy, type RetryPolicy } from "../src/dispatch/retry-policy.ts";
import { recordedError } from "../src/dispatch/run-book.ts";
import type { Fuser } from "../src/ports/fuser.ts";
import { REPLAN_NODE, wantsReplan } from "../src/plan/outcomes.ts";
import type { Job } from "../src/ports/job-queue.ts";
import { isFinished, type NodeState, type RunState } from "../src/run/state.ts";
import { giveUpWaiting } from "./give-up-waiting.ts";
import { NotRecordedError } from "./growth.ts";
import { runPlan, type PlanDependencies } from "./run-plan.ts";
import { runTask, type NodeResult, type TaskDependencies } from "./run-task.ts";

export interface JobDependencies extends PlanDependencies, TaskDependencies {
  readonly fuser: Fuser;
  /** Recorded as who did it. */
  readonly workerId: string;
  readonly retryPolicy?: RetryPolicy;
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
    const next = nextAttempt(node, error, at, deps.retryPolicy ?? defaultRetryPolicy);
    await book.change(runId, { type: "fail", at, nodeId, attempt, error, next });
    return;
  }
  // Not inside the try: that a result can't be recorded is no failure of the step.
  const { outputs } = result;
  const usage = { queueMs: Math.max(0, (node.startedAt ?? 0) - (node.readyAt ?? 0)), ...result.usage };
  await book.change(runId, { type: "complete", at: book.now(), nodeId, attempt, outputs, usage });
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
  const answer = await fuser.fuse({ state, load, note: (text) => void notes.push(text) }, signal);
  for (const text of notes) {
    await book.change(runId, { type: "note", at: book.now(), nodeId: node.spec.id, text });
  }
  const origin = { kind: "node", runId, nodeId: node.spec.id, output: "answer" } as const;
  const outputs = {
    answer: await spill(assets, tenant, { type: "json", value: answer }, origin),
    fuser: { type: "text", value: fuser.name },
  } as const;
  return { outputs, usage: { runMs: Math.round(performance.now() - started) } };
}
