/** The real controller around scripted experts: store, queue, dispatcher and worker are those of the product. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFolderAssetStore } from "../../src/adapters/folder-asset-store.ts";
import { createInProcessJobQueue } from "../../src/adapters/in-process-job-queue.ts";
import { openSqliteRunStore } from "../../src/adapters/sqlite-run-store.ts";
import { loadSpilled } from "../../src/assets/values.ts";
import { Dispatcher } from "../../src/dispatch/dispatcher.ts";
import { RunBook } from "../../src/dispatch/run-book.ts";
import { createTemplateFuser } from "../../src/fuse/template-fuser.ts";
import type { Planner } from "../../src/ports/planner.ts";
import type { PlanNode } from "../../src/run/plan-node.ts";
import type { RunOptions } from "../../src/run/request.ts";
import type { RunState } from "../../src/run/state.ts";
import { createRunService } from "../../src/service/run-service.ts";
import { rankedSelector } from "../../src/select/rank-experts.ts";
import type { RunReport } from "../../src/tutti.ts";
import { runJob } from "../../workers/run-job.ts";
import type { ScriptedExperts } from "../fakes/scripted-experts.ts";

const noPlanner: Planner = {
  name: "none",
  plan: () => {
    throw new Error("these tests bring their own plans");
  },
};

export async function startController({ registry, runner }: ScriptedExperts, concurrency = 16) {
  const folder = await mkdtemp(join(tmpdir(), "tutti-controller-"));
  const scratchRoot = join(folder, "scratch");
  await mkdir(scratchRoot);
  const store = openSqliteRunStore({ file: join(folder, "runs.sqlite") });
  const assets = openFolderAssetStore({ folder: join(folder, "assets") });
  const faults: unknown[] = [];
  const onError = (error: unknown): void => void faults.push(error);
  const queue = createInProcessJobQueue({ onError });
  const book = new RunBook(store, Date.now);
  const load = loadSpilled.bind(undefined, assets);
  const dispatcher = new Dispatcher({ book, store, queue, registry, selector: rankedSelector, load, onError });
  const fuser = createTemplateFuser((id) => registry.task(id));
  const retryPolicy = { attemptsPerExpert: 2, backoffMs: 1, maxBackoffMs: 1 };
  const deps = { book, assets, registry, runner, planner: noPlanner, fuser, scratchRoot, workerId: "w", retryPolicy };
  const workers = [
    await queue.work("control", { concurrency: 4 }, (job, signal) => runJob(deps, job, signal)),
    await queue.work("cpu", { concurrency }, (job, signal) => runJob(deps, job, signal)),
  ];
  await dispatcher.start();
  const runs = createRunService({ book, store, assets, registry, planner: noPlanner });
  const tenant = "default";

  const submit = (plan: PlanNode[], options: RunOptions = {}): Promise<RunState> =>
    runs.submit({ messages: [{ role: "user", content: [{ type: "text", text: "do" }] }], options, plan }, { tenant });

  return {
    submit,
    runs,
    queue,
    store,
    faults,
    run: async (plan: PlanNode[], options: RunOptions = {}): Promise<RunReport> => {
      const { runId } = await submit(plan, options);
      return runs.wait(tenant, runId, AbortSignal.timeout(20_000));
    },
    close: async (): Promise<void> => {
      dispatcher.close();
      await Promise.all(workers.map((worker) => worker.close(1000)));
      await queue.close();
      await Promise.all([store.close(), assets.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function textNode(id: string, from?: string, changes: Partial<PlanNode> = {}): PlanNode {
  const text = from === undefined ? { value: { type: "text" as const, value: id } } : { from, output: "text" };
  return { id, task: "shout", inputs: { text }, ...changes };
}
