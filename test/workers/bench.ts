/** One run on a real store and real assets, with no dispatcher: a test plays the queue, and sees every commit. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { openFolderAssetStore } from "../../src/adapters/folder/asset-store.ts";
import { openSqliteRunStore } from "../../src/adapters/sqlite/run-store.ts";
import type { Asset } from "../../src/assets/asset.ts";
import { RunBook } from "../../src/dispatch/run-book.ts";
import { createTemplateFuser } from "../../src/fuse/template-fuser.ts";
import type { AssetStore } from "../../src/ports/asset-store.ts";
import type { Job } from "../../src/ports/job-queue.ts";
import type { RunStore } from "../../src/ports/run-store.ts";
import type { RunRequest } from "../../src/run/request.ts";
import type { NodeState, RunState } from "../../src/run/state.ts";
import { createGivenPlanner } from "../../src/plan/given-plan.ts";
import type { JobDependencies } from "../../workers/run-job.ts";
import { listTask, scriptExperts, textTask, type ScriptedExperts } from "../fakes/scripted-experts.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";

export type Bench = Awaited<ReturnType<typeof openBench>>;

export async function openBench(
  scripted: ScriptedExperts = scriptExperts([textTask, listTask], []),
  {
    aroundStore = (store: RunStore): RunStore => store,
    aroundAssets = (assets: AssetStore): AssetStore => assets,
  } = {},
) {
  const { folder, remove } = await temporaryFolder();
  const scratchRoot = join(folder, "scratch");
  await mkdir(scratchRoot);
  const store = aroundStore(openSqliteRunStore({ file: join(folder, "runs.sqlite") }));
  const assets = aroundAssets(openFolderAssetStore({ folder: join(folder, "assets") }));
  const book = new RunBook(store, Date.now);
  const { registry, runner } = scripted;
  const deps: JobDependencies = {
    book,
    assets,
    registry,
    runner,
    planner: createGivenPlanner([]),
    fuser: createTemplateFuser((id) => registry.task(id)),
    scratchRoot,
    workerId: "w",
  };
  const runId = "r1";

  async function nodeOf(nodeId: string): Promise<NodeState> {
    const node = (await book.state(runId))?.nodes.get(nodeId);
    if (!node) throw new Error(`no node ${nodeId}`);
    return node;
  }

  return {
    folder,
    scratchRoot,
    store,
    assets,
    book,
    deps,
    nodeOf,
    runId,
    create: async (request: Partial<RunRequest> = {}, maxNodes = 100): Promise<void> => {
      const whole = { messages: [], options: {}, ...request };
      const at = Date.now();
      await book.create({
        type: "create",
        at,
        runId,
        tenant: "default",
        request: whole,
        deadlineAt: at + 60_000,
        maxNodes,
      });
    },
    /** The job of a node's current attempt, as the dispatcher would make it. */
    jobOf: async (nodeId: string): Promise<Job> => {
      const { attempt } = await nodeOf(nodeId);
      return { id: `${runId}.${nodeId}.${attempt}`, lane: "cpu", runId, nodeId, attempt, priority: 5 };
    },
    /** Claims the current attempt of a node, and gives what a worker then works on. */
    claim: async (nodeId: string): Promise<{ readonly state: RunState; readonly node: NodeState }> => {
      const { attempt } = await nodeOf(nodeId);
      const start = { type: "start", at: Date.now(), nodeId, attempt, worker: "w" } as const;
      const { state } = await book.change(runId, start);
      return { state, node: await nodeOf(nodeId) };
    },
    route: async (nodeId: string, ...ids: string[]): Promise<void> => {
      const experts = ids.map((id) => ({ id, version: "1.0.0" }));
      const { attempt } = await nodeOf(nodeId);
      await book.change(runId, { type: "route", at: Date.now(), nodeId, attempt, experts, reason: "test" });
    },
    close: async (): Promise<void> => {
      await Promise.all([store.close(), assets.close()]);
      await remove();
    },
  };
}

/** Stores bytes as something uploaded. */
export function putAsset(
  assets: AssetStore,
  bytes: string | Buffer,
  facts: Partial<Asset> = {},
  tenant = "default",
): Promise<Asset> {
  return assets.put(Readable.from([Buffer.from(bytes)]), {
    tenant,
    describe: (_file, id, size) =>
      Promise.resolve({
        id,
        type: "document",
        mediaType: "application/octet-stream",
        bytes: size,
        createdAt: new Date(0).toISOString(),
        origin: { kind: "upload" },
        ...facts,
      }),
  });
}
