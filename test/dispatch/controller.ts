/** The real controller around scripted experts: store, queue, dispatcher and worker are those of the product. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFolderAssetStore } from "../../src/adapters/folder/asset-store.ts";
import { loadSpilled } from "../../src/assets/values.ts";
import { chooseNow } from "../../src/dispatch/choose-experts.ts";
import { Dispatcher, type DispatcherDependencies } from "../../src/dispatch/dispatcher.ts";
import type { RetryPolicy } from "../../src/dispatch/retry-policy.ts";
import { RunBook } from "../../src/dispatch/run-book.ts";
import { createTemplateFuser } from "../../src/fuse/template-fuser.ts";
import type { AssetStore } from "../../src/ports/asset-store.ts";
import type { JobQueue } from "../../src/ports/job-queue.ts";
import type { Planner } from "../../src/ports/planner.ts";
import type { RunStore } from "../../src/ports/run-store.ts";
import type { PlanNode } from "../../src/run/plan-node.ts";
import type { RunOptions } from "../../src/run/request.ts";
import type { RunState } from "../../src/run/state.ts";
import { createRunService } from "../../src/service/run-service.ts";
import { rankedSelector } from "../../src/select/rank-experts.ts";
import type { RunReport } from "../../src/tutti.ts";
import { runJob, type JobDependencies } from "../../workers/run-job.ts";
import type { ScriptedExperts } from "../fakes/scripted-experts.ts";
import { embedded, type OpenGround } from "./backends.ts";

const noPlanner: Planner = {
  name: "none",
  plan: () => {
    throw new Error("these tests bring their own plans");
  },
};

export interface ControllerOptions {
  /** @default embedded */
  readonly ground?: OpenGround;
  /** Steps at once. @default 16 */
  readonly concurrency?: number;
  /** An existing folder that outlives the controller. @default one of its own, removed on close */
  readonly folder?: string;
  readonly planner?: Planner;
  /** What stands between the controller and its store, assets or queue: for faults that those don't show on demand. */
  readonly aroundStore?: (store: RunStore) => RunStore;
  readonly aroundAssets?: (assets: AssetStore) => AssetStore;
  readonly aroundQueue?: (queue: JobQueue) => JobQueue;
  readonly selector?: DispatcherDependencies["selector"];
  readonly retryPolicy?: RetryPolicy;
}

export type Controller = Awaited<ReturnType<typeof startController>>;

const same = <T>(thing: T): T => thing;

export async function startController(
  { registry, runner }: ScriptedExperts,
  {
    ground = embedded,
    concurrency = 16,
    folder: given,
    planner = noPlanner,
    aroundStore = same,
    aroundAssets = same,
    aroundQueue = same,
    selector = rankedSelector,
    retryPolicy = { attemptsPerExpert: 2, backoffMs: 1, maxBackoffMs: 1 },
  }: ControllerOptions = {},
) {
  const folder = given ?? (await mkdtemp(join(tmpdir(), "tutti-controller-")));
  const scratchRoot = join(folder, "scratch");
  await mkdir(scratchRoot, { recursive: true });
  const faults: unknown[] = [];
  const onError = (error: unknown): void => void faults.push(error);
  const below = ground(folder, onError);
  const store = aroundStore(below.store);
  const assets = aroundAssets(openFolderAssetStore({ folder: join(folder, "assets") }));
  const queue = aroundQueue(below.queue);
  const { capacity } = below;
  const book = new RunBook(store, Date.now, onError, (spec) => chooseNow({ registry, selector }, spec));
  const load: DispatcherDependencies["load"] = (owner, value) => loadSpilled(assets, owner, value);
  const dispatcher = new Dispatcher({ book, store, queue, capacity, registry, selector, load, onError });
  const fuser = createTemplateFuser((id) => registry.task(id));
  const deps: JobDependencies = {
    book,
    assets,
    registry,
    runner,
    planner,
    fuser,
    scratchRoot,
    workerId: "w",
    retryPolicy,
  };
  const workers = [
    await queue.work("control", { concurrency: 4 }, (job, signal) => runJob(deps, job, signal)),
    await queue.work("cpu", { concurrency }, (job, signal) => runJob(deps, job, signal)),
  ];
  await dispatcher.start({ resume: !below.durable });
  const runs = createRunService({ book, store, assets, registry, planner });
  const tenant = "default";

  const submit = (plan: PlanNode[], options: RunOptions = {}): Promise<RunState> =>
    runs.submit({ messages: [{ role: "user", content: [{ type: "text", text: "do" }] }], options, plan }, { tenant });

  return {
    submit,
    runs,
    book,
    queue,
    store,
    assets,
    dispatcher,
    deps,
    faults,
    /** How many jobs hold a place of an expert or wait for one: none when no run is under way. */
    places: async (): Promise<number> => (await capacity.held(Infinity, 10_000)).length,
    run: async (plan: PlanNode[], options: RunOptions = {}): Promise<RunReport> => {
      const { runId } = await submit(plan, options);
      return runs.wait(tenant, runId, AbortSignal.timeout(20_000));
    },
    /** As the death of its process would: nothing is handed back, and nobody waits for anything. */
    drop: async (): Promise<void> => {
      dispatcher.close();
      await below.store.close();
    },
    close: async (): Promise<void> => {
      dispatcher.close();
      await Promise.all(workers.map((worker) => worker.close(1000)));
      await queue.close();
      await Promise.all([store.close(), assets.close(), capacity.close()]);
      if (given === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

export function textNode(id: string, from?: string, changes: Partial<PlanNode> = {}): PlanNode {
  const text = from === undefined ? { value: { type: "text" as const, value: id } } : { from, output: "text" };
  return { id, task: "shout", inputs: { text }, ...changes };
}

/** A plan for the task `shout` that maps over the words of a step of the task `split`. */
export function mappedOver(from: string, id: string, changes: Partial<PlanNode> = {}): PlanNode {
  return {
    id,
    task: "shout",
    inputs: { text: { item: true } },
    each: { over: { from, output: "words" } },
    ...changes,
  };
}

export function splitNode(id: string): PlanNode {
  return { id, task: "split", inputs: { text: { value: { type: "text", value: id } } } };
}
