/** The composition root: settings in, a working Tutti out. With its neighbours, the only importer of adapters. */
import { mkdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { Logger } from "pino";
import { createProcessPool } from "../../workers/process-pool.ts";
import { runJob } from "../../workers/run-job.ts";
import { claimDataFolder, type DataFolderLease } from "../adapters/data-folder.ts";
import { openFolderAssetStore } from "../adapters/folder-asset-store.ts";
import { createInProcessJobQueue } from "../adapters/in-process-job-queue.ts";
import { createLogger, logCommit } from "../adapters/pino-log.ts";
import { openSqliteRunStore } from "../adapters/sqlite-run-store.ts";
import { receiveAsset } from "../assets/receive-asset.ts";
import { loadSpilled } from "../assets/values.ts";
import { createPlanningEmbedder } from "./embedder.ts";
import { openRegistry } from "./registry.ts";
import type { Config } from "../config.ts";
import { Dispatcher } from "../dispatch/dispatcher.ts";
import { RunBook, type Committed } from "../dispatch/run-book.ts";
import { TuttiError } from "../errors.ts";
import { createTemplateFuser } from "../fuse/template-fuser.ts";
import { createBuiltinPlanner } from "../plan/builtin/planner.ts";
import { createRunService } from "../service/run-service.ts";
import { rankedSelector } from "../select/rank-experts.ts";
import type { Tutti } from "../tutti.ts";

/** Plans and answers at once in one process. */
const CONTROL_CONCURRENCY = 8;

export interface Composed {
  readonly tutti: Tutti;
  readonly logger: Logger;
  readonly lease: DataFolderLease;
  readonly onCommit: (listener: (committed: Committed) => void) => void;
}

/**
 * Puts a whole Tutti together in this process, and takes up the runs that its data folder holds unfinished.
 * @throws TuttiError `in-use` or `misconfigured` where the data folder can't be had
 */
export async function compose(config: Config): Promise<Composed> {
  const dataFolder = resolve(config.dataFolder);
  const logger = createLogger(config, process.stdout.isTTY);
  const lease = await claimDataFolder(dataFolder);
  try {
    return await composeIn(dataFolder, config, logger, lease);
  } catch (error) {
    await lease.release();
    throw error;
  }
}

async function composeIn(
  dataFolder: string,
  config: Config,
  logger: Logger,
  lease: DataFolderLease,
): Promise<Composed> {
  const scratchRoot = join(dataFolder, "scratch");
  await rm(scratchRoot, { recursive: true, force: true });
  await mkdir(scratchRoot, { recursive: true });

  const now = Date.now;
  const onError = (error: unknown, what: unknown): void => logger.error({ err: error }, `trouble: ${describe(what)}`);
  const registry = await openRegistry(config.searchPath);
  const assets = openFolderAssetStore({ folder: join(dataFolder, "assets") });
  const store = openSqliteRunStore({ file: join(dataFolder, "runs.sqlite") });
  const queue = createInProcessJobQueue({ now, onError });
  const runner = createProcessPool();
  const { embedder } = createPlanningEmbedder(dataFolder, runner);
  const planner = createBuiltinPlanner({ embedder });
  const fuser = createTemplateFuser((id) => registry.task(id));
  const selector = rankedSelector;
  const book = new RunBook(store, now, (error) => onError(error, "a listener of commits"));
  book.onCommit((committed) => logCommit(logger, committed));
  const load = loadSpilled.bind(undefined, assets);
  const dispatcher = new Dispatcher({ book, store, queue, registry, selector, load, onError });

  const workerId = `${hostname()}-${process.pid}`;
  const deps = { book, assets, registry, runner, planner, fuser, scratchRoot, workerId };
  const workers = await Promise.all([
    queue.work("control", { concurrency: CONTROL_CONCURRENCY }, (job, signal) => runJob(deps, job, signal)),
    queue.work("cpu", { concurrency: config.concurrency }, (job, signal) => runJob(deps, job, signal)),
  ]);

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    try {
      dispatcher.close();
      await Promise.all(workers.map((worker) => worker.close(config.drainMs)));
      await queue.close();
      await runner.close();
      await Promise.all([store.close(), assets.close()]);
      // What is left of it is removed at the next start.
      await rm(scratchRoot, { recursive: true, force: true, maxRetries: 2 }).catch(() => {});
    } finally {
      await lease.release();
    }
  }

  try {
    await dispatcher.start();
  } catch (error) {
    await close();
    throw error;
  }
  const runs = createRunService({ book, store, assets, registry, planner });
  const tutti: Tutti = {
    ...runs,
    async submit(request, options) {
      if (closing) throw new TuttiError("shutting-down", "the server is stopping; try again soon", { retryable: true });
      return runs.submit(request, options);
    },
    upload: (upload) => receiveAsset(assets, upload, new Date(now())),
    async asset(tenant, id) {
      const asset = await assets.find(tenant, id);
      if (asset) return asset;
      throw new TuttiError("unknown-asset", `there is no asset ${id}`);
    },
    readAsset: (tenant, id, range) => assets.read(tenant, id, range),
    health: () =>
      Promise.resolve({
        planner: planner.name,
        accepting: !closing,
        tasks: registry.tasks,
        experts: registry.experts,
      }),
    close: () => (closing ??= close()),
  };
  return { tutti, logger, lease, onCommit: (listener) => book.onCommit(listener) };
}

function describe(what: unknown): string {
  return typeof what === "string" ? what : JSON.stringify(what);
}
