/** The composition root: settings in, a working Tutti out. With its neighbours, the only importer of adapters. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { Logger } from "pino";
import { runJob, type JobDependencies } from "../../workers/run-job.ts";
import { openFolderAssetStore } from "../adapters/folder/asset-store.ts";
import { createLogger, logCommit } from "../adapters/pino-log.ts";
import { receiveAsset } from "../assets/receive-asset.ts";
import { loadSpilled } from "../assets/values.ts";
import type { Config } from "../config.ts";
import { chooseNow } from "../dispatch/choose-experts.ts";
import { Dispatcher } from "../dispatch/dispatcher.ts";
import { RunBook, type Committed } from "../dispatch/run-book.ts";
import { TuttiError } from "../errors.ts";
import { createGuardedFetch, type GuardedFetch } from "../net/guarded-fetch.ts";
import { CardShortlist } from "../registry/card-shortlist.ts";
import { lanes as allLanes, type Lane } from "../registry/expert-card.ts";
import { createAdmission } from "../service/admission.ts";
import { followExpertFolder } from "../service/expert-folder.ts";
import { createExpertService } from "../service/expert-service.ts";
import { createRunService } from "../service/run-service.ts";
import type { Tutti } from "../tutti.ts";
import { openBackends, type Backends } from "./backends.ts";
import { createPlanningEmbedder } from "./embedder.ts";
import { openExperts, toolWatcher } from "./experts.ts";
import { keepHouse } from "./housekeeping.ts";
import { openMerits } from "./merits.ts";
import { openMinds } from "./minds.ts";
import { openRegistry } from "./registry.ts";
import { openRunner, watchDevice } from "./runner.ts";
import { makeScratch } from "./scratch.ts";

/** Plans and answers at once in one process. */
const CONTROL_CONCURRENCY = 8;

export interface Composed {
  readonly tutti: Tutti;
  readonly logger: Logger;
  /** Recorded as who did a step. */
  readonly workerId: string;
  readonly setUrl: (url: string) => void;
  readonly dashboard: Backends["dashboard"];
  /** For files that requests name by URL; undefined where that is switched off. */
  readonly fetch: GuardedFetch | undefined;
  readonly onCommit: (listener: (committed: Committed) => void) => void;
}

export interface ComposeOptions {
  /** Lanes that this process serves. @default `control`, `cpu` and `remote`, and `gpu` with TUTTI_DEVICES; over Redis `control` */
  readonly lanes?: readonly Lane[];
  /** Whether this process looks for what dead ones left undone; only tests that want to see things lost say no. @default true */
  readonly sweep?: boolean;
}

/**
 * Puts a whole Tutti together in this process. Without Redis it takes up the runs that its data folder holds unfinished.
 * @throws TuttiError `in-use` or `misconfigured` where the data folder can't be had
 */
export async function compose(given: Config, options: ComposeOptions = {}): Promise<Composed> {
  const config = { ...given, dataFolder: resolve(given.dataFolder) };
  const logger = createLogger(config, process.stdout.isTTY);
  const onError = (error: unknown, what: unknown): void => logger.error({ err: error }, `trouble: ${describe(what)}`);
  const backends = await openBackends(config, onError);
  try {
    return await composeOver(backends, config, options, logger, onError);
  } catch (error) {
    await backends.close();
    throw error;
  }
}

async function composeOver(
  backends: Backends,
  config: Config,
  { lanes = lanesFor(config), sweep = true }: ComposeOptions,
  logger: Logger,
  onError: (error: unknown, what: unknown) => void,
): Promise<Composed> {
  const { store, queue } = backends;
  const workerId = `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}`;
  const scratch = await makeScratch(join(config.dataFolder, "scratch"), workerId);

  const now = Date.now;
  const runner = await openRunner(config, { servesGpu: lanes.includes("gpu"), warn: (text) => logger.warn(text) });
  const { embedder } = createPlanningEmbedder(config.dataFolder, runner);
  const controls = lanes.includes("control");
  const shortlist = await CardShortlist.open({
    // Who only works never chooses.
    embedder: controls ? embedder : undefined,
    file: join(config.dataFolder, "vectors", "cards"),
    onError,
  });
  const registry = await openRegistry(config.searchPath, config.expertModules, shortlist);
  const experts = await openExperts(config, { store: backends.experts, registry }, onError);
  const { directory } = experts;
  const assets = openFolderAssetStore({ folder: join(config.dataFolder, "assets") });
  const { merits, selector: byMerit } = openMerits({
    store: backends.merits,
    registry,
    directory,
    lanes,
    now,
    onError,
  });
  const minds = await openMinds(config, {
    registry,
    embedder,
    selector: byMerit,
    isFailing: (expert) => merits.isFailing(expert),
    controls,
    onPlanning: (event) => logger.debug(event, `planning: ${event.type}`),
  });
  const { planner, fuser, selector } = minds;
  const onFault = (error: unknown): void => onError(error, "a listener of commits");
  const book = new RunBook(store, now, onFault, (spec) => chooseNow({ registry, selector }, spec));
  book.onCommit((committed) => logCommit(logger, committed));
  const load = loadSpilled.bind(undefined, assets);
  const dispatcher = new Dispatcher({ ...backends, book, registry, selector, load, onError });

  const deps: JobDependencies = {
    book,
    assets,
    registry,
    refresh: () => directory.refresh(),
    setupOf: (entry) => directory.setupOf(entry),
    runner,
    planner,
    fuser,
    scratchRoot: scratch.folder,
    workerId,
    onOutcome: (outcome) => merits.add(outcome),
    isFailing: (expert) => merits.isFailing(expert),
    results: backends.results,
    onResultsError: (error) => logger.warn({ err: error }, "a recorded result could not be read or written"),
  };
  const slots: Readonly<Record<Lane, number>> = {
    control: CONTROL_CONCURRENCY,
    cpu: config.concurrency,
    gpu: config.gpuConcurrency,
    remote: config.gpuConcurrency,
  };
  const workers = await Promise.all(
    lanes.map((lane) => queue.work(lane, { concurrency: slots[lane] }, (job, signal) => runJob(deps, job, signal))),
  );

  const { keepMs } = config;
  const endHousekeeping = keepHouse({
    assets,
    keepMs,
    onError,
    onExpired: (expired) => logger.info(expired, `removed ${expired.grants} files that were no longer used`),
  });

  const endWatch = watchDevice(runner, (use, share) =>
    logger.info(use, `device ${use.name} was busy ${share} % of the time`),
  );

  let closing: Promise<void> | undefined;
  let unfollow: (() => void) | undefined;
  async function close(): Promise<void> {
    unfollow?.();
    endHousekeeping();
    endWatch();
    try {
      await Promise.all(workers.map((worker) => worker.close(config.drainMs)));
      // Only now: what active steps led to in the meantime is dispatched, too.
      dispatcher.close();
      await merits.close();
      experts.close();
      await shortlist.close();
      await minds.close();
      await runner.close();
      await assets.close();
      await scratch.remove();
    } finally {
      await backends.close();
    }
  }

  try {
    await dispatcher.start({ resume: !backends.queueIsDurable, sweep });
  } catch (error) {
    await close();
    throw error;
  }
  const admission = createAdmission(backends.check);
  const runs = createRunService({ book, store, assets, registry, planner });
  const entrance: Pick<Tutti, "submit" | "wait" | "upload"> = {
    async submit(request, options) {
      if (closing) throw new TuttiError("shutting-down", "the server is stopping; try again soon", { retryable: true });
      await admission.admit();
      return runs.submit(request, options);
    },
    wait: (tenant, runId, signal) => runs.wait(tenant, runId, signal),
    upload: (upload) => receiveAsset(assets, upload, new Date(now())),
  };
  const tutti: Tutti = {
    ...runs,
    ...createExpertService({ store: backends.experts, registry, directory, runs: entrance, now, logger }),
    ...entrance,
    merits: (named) => merits.summaries(named),
    async asset(tenant, id) {
      const asset = await assets.find(tenant, id);
      if (asset) return asset;
      throw new TuttiError("unknown-asset", `there is no asset ${id}`);
    },
    readAsset: (tenant, id, range) => assets.read(tenant, id, range),
    async health() {
      const { ok, problems } = await admission.fitness();
      // A queue that is away doesn't answer, and whoever asks for health shall not have to wait for it.
      const asked = ok && !closing ? allLanes : [];
      const counts = await Promise.all(asked.map(async (lane) => [lane, await queue.counts(lane)] as const));
      return {
        planner: planner.name,
        languageModel: minds.languageModel,
        accepting: !closing,
        problems,
        lanes: Object.fromEntries(counts),
        tasks: registry.tasks,
        experts: registry.experts,
      };
    },
    close: () => (closing ??= close()),
  };
  const { expertsFolder: folder } = config;
  if (folder !== undefined && controls) {
    unfollow = await followExpertFolder({ folder, experts: tutti, logger, watchTools: toolWatcher(config) });
  }
  return {
    tutti,
    logger,
    workerId,
    setUrl: backends.setUrl,
    dashboard: backends.dashboard,
    fetch: config.fetchesUrls ? createGuardedFetch() : undefined,
    onCommit: (listener) => book.onCommit(listener),
  };
}

function lanesFor({ redis, devices }: Config): readonly Lane[] {
  if (redis) return ["control"];
  return ["control", "cpu", "remote", ...(devices === undefined ? [] : (["gpu"] as const))];
}

function describe(what: unknown): string {
  return typeof what === "string" ? what : JSON.stringify(what);
}
