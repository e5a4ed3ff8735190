/** Tutti as it is composed, around an expert that only takes its time: embedded, or over Redis. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runJob, type JobDependencies } from "../../workers/run-job.ts";
import { openFolderAssetStore } from "../../src/adapters/folder/asset-store.ts";
import { loadSpilled } from "../../src/assets/values.ts";
import { openBackends } from "../../src/compose/backends.ts";
import { loadConfig } from "../../src/config.ts";
import { chooseNow } from "../../src/dispatch/choose-experts.ts";
import { Dispatcher } from "../../src/dispatch/dispatcher.ts";
import { RunBook } from "../../src/dispatch/run-book.ts";
import { createTemplateFuser } from "../../src/fuse/template-fuser.ts";
import type { ExpertRunner } from "../../src/ports/expert-runner.ts";
import type { Planner } from "../../src/ports/planner.ts";
import type { Lane } from "../../src/registry/expert-card.ts";
import type { Registry } from "../../src/registry/registry.ts";
import { createRunService } from "../../src/service/run-service.ts";
import { rankedSelector } from "../../src/select/rank-experts.ts";
import { waitingRegistry, waitingRunner } from "./waiting-expert.ts";

export interface TuttiOptions {
  readonly folder: string;
  /** Undefined: embedded. */
  readonly redisUrl?: string | undefined;
  /** Starts every key in Redis, so that several can share one. */
  readonly prefix?: string;
  /** Lanes that this process serves. */
  readonly lanes: readonly Lane[];
  /** Steps at once on a lane. */
  readonly concurrency: number;
  readonly registry?: Registry;
  readonly runner?: ExpertRunner;
}

export type BenchTutti = Awaited<ReturnType<typeof startTutti>>;

/** Plans and answers at once, as `compose` has it. */
const CONTROL_CONCURRENCY = 8;

export async function startTutti({
  folder,
  redisUrl,
  prefix = "{tutti}",
  lanes,
  concurrency,
  registry = waitingRegistry,
  runner = waitingRunner,
}: TuttiOptions) {
  const workerId = `bench-${process.pid}`;
  const scratchRoot = join(folder, "scratch", workerId);
  await mkdir(scratchRoot, { recursive: true });
  const onError = (error: unknown): void => {
    throw error;
  };
  const redis = redisUrl === undefined ? {} : { REDIS_URL: redisUrl, TUTTI_REDIS_PREFIX: prefix };
  const backends = await openBackends(loadConfig({ TUTTI_DATA: folder, ...redis }), onError);
  const { store, queue } = backends;
  const assets = openFolderAssetStore({ folder: join(folder, "assets") });
  const book = new RunBook(store, Date.now, onError, (spec) => chooseNow({ registry, selector: rankedSelector }, spec));
  const load = loadSpilled.bind(undefined, assets);
  const dispatcher = new Dispatcher({ ...backends, book, registry, selector: rankedSelector, load, onError });
  const planner: Planner = {
    name: "none",
    plan: () => {
      throw new Error("every request brings its plan");
    },
  };
  const fuser = createTemplateFuser((id) => registry.task(id));
  const deps: JobDependencies = { book, assets, registry, runner, planner, fuser, scratchRoot, workerId };
  const workers = await Promise.all(
    lanes.map((lane) => {
      const atOnce = lane === "control" ? CONTROL_CONCURRENCY : concurrency;
      return queue.work(lane, { concurrency: atOnce }, async (job, signal) => {
        await runJob(deps, job, signal);
      });
    }),
  );
  await dispatcher.start({ resume: !backends.queueIsDurable });
  return {
    runs: createRunService({ book, store, assets, registry, planner }),
    book,
    assets,
    queue,
    close: async (): Promise<void> => {
      await Promise.all(workers.map((worker) => worker.close(1000)));
      dispatcher.close();
      await runner.close();
      await assets.close();
      await backends.close();
    },
  };
}
