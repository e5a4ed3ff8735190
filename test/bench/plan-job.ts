/**
 * Plans as `workers/run-plan.ts` does, one node at a time, but without its limit of 64 nodes: the measured graphs are
 * larger than what planners may write.
 */
import type { RunBook } from "../../src/dispatch/run-book.ts";
import type { Job } from "../../src/ports/job-queue.ts";

/** @returns false where the job is not a plan's, and nothing was done */
export async function planJob(book: RunBook, { runId, nodeId, attempt }: Job): Promise<boolean> {
  const known = await book.state(runId);
  if (known?.nodes.get(nodeId)?.spec.kind !== "plan") return false;
  await book.change(runId, { type: "start", at: book.now(), nodeId, attempt, worker: "bench" });
  for (const node of known.request.plan ?? []) {
    const spec = { ...node, kind: "task" as const, outputTypes: { text: "text" as const } };
    await book.change(runId, { type: "add-nodes", at: book.now(), planId: nodeId, attempt, nodes: [spec] });
  }
  await book.change(runId, { type: "complete", at: book.now(), nodeId, attempt, outputs: {}, usage: {} });
  return true;
}
