/** Runs experts in child processes, several calls together where an expert takes them so. */
import { TuttiError } from "../src/errors.ts";
import type { Device } from "../src/ports/device-lease.ts";
import type { ExpertCall, ExpertResult, ExpertRunner } from "../src/ports/expert-runner.ts";
import type { ExpertCard } from "../src/registry/expert-card.ts";
import type { Usage } from "../src/run/events.ts";
import { Batcher, type BatcherOptions, type BatchReply } from "./batcher.ts";
import { DeviceTurns, type DeviceTime } from "./device-turns.ts";
import { largestBatch } from "./devices.ts";
import { HostPool } from "./host-pool.ts";
import type { HostProcess, HostReply } from "./host-process.ts";

export interface ProcessPoolOptions {
  /** Resident memory, MiB, above which a host is replaced once it is idle. @default 3072 */
  readonly maxHostMiB?: number;
  /** Milliseconds after which an idle host is let go. @default 600_000 */
  readonly idleMs?: number;
  /** MiB that all hosts may take; idle ones are let go to make room. @default no limit */
  readonly maxMemoryMiB?: number;
  /** The device of the gpu lane, leased for this process. @default none: experts of that lane are unavailable */
  readonly device?: Device | undefined;
  /** Modules that export `experts`, an array of what `defineExpert` gives. */
  readonly modules?: readonly URL[];
  /** Told what an operator should know. @default a warning of the process */
  readonly warn?: (message: string) => void;
}

export interface DeviceUse extends DeviceTime {
  readonly name: string;
  readonly memoryMiB: number;
  /** Ids of experts. */
  readonly modelsLoaded: readonly string[];
}

export interface ProcessPool extends ExpertRunner {
  /** Undefined where there is no device. Utilisation is `busyMs / sinceMs`. */
  deviceUse(): DeviceUse | undefined;
}

/** A call that loses its host to another call's abort is simply run again, this often. */
const MAX_COLLATERAL_RETRIES = 3;

export function createProcessPool({
  maxHostMiB = 3072,
  idleMs = 600_000,
  maxMemoryMiB = Infinity,
  device,
  modules = [],
  warn = (message) => process.emitWarning(message),
}: ProcessPoolOptions = {}): ProcessPool {
  const hosts = new HostPool({ maxHostMiB, idleMs, maxMemoryMiB, modules, device, warn });
  const turns = new DeviceTurns();
  const batchers = new Map<string, Batcher<ExpertCall, ExpertResult>>();

  /** Calls of different revisions of an expert go to different models. */
  function batcherFor({ expert, registered }: ExpertCall): Batcher<ExpertCall, ExpertResult> {
    const key = `${expert.id}@${expert.version}#${registered?.revision ?? 0}`;
    const known = batchers.get(key);
    if (known) return known;
    const { batch, concurrency } = expert.limits;
    const batcher = new Batcher<ExpertCall, ExpertResult>({
      ...sizeOn(expert, device, turns),
      ...(batch ? { waitMs: batch.waitMs } : { places: concurrency }),
      call: (items, signal) => callExpert(expert, items, signal),
    });
    batchers.set(key, batcher);
    return batcher;
  }

  async function callExpert(
    expert: ExpertCard,
    items: readonly ExpertCall[],
    signal: AbortSignal,
  ): Promise<BatchReply<ExpertResult>> {
    for (let lost = 0; ; lost += 1) {
      const mayBeLost = lost < MAX_COLLATERAL_RETRIES;
      const reply = await hosts.use(expert, items.length, signal, (host) =>
        callHost(host, { expert, items, signal, mayBeLost }),
      );
      if (reply) return resultsOf(expert, items.length, reply);
    }
  }

  return {
    async run(call) {
      return batcherFor(call).run(call);
    },
    deviceUse() {
      if (!device) return undefined;
      const { name, memoryMiB } = device;
      return { name, memoryMiB, ...turns.time(), modelsLoaded: hosts.loadedOnDevice };
    },
    close: () => hosts.close(),
  };
}

/** @throws TuttiError `expert-unavailable` where the expert needs a device, and there is none or it is too small */
function sizeOn(
  expert: ExpertCard,
  device: Device | undefined,
  turns: DeviceTurns,
): Pick<BatcherOptions<ExpertCall, ExpertResult>, "max" | "enter"> {
  if (expert.lane !== "gpu") return { max: expert.limits.batch?.max ?? 1 };
  if (device) return { max: largestBatch(expert, device), enter: () => turns.take() };
  throw new TuttiError("expert-unavailable", `${expert.id} runs on a device, and this worker has none`);
}

interface HostedCall {
  readonly expert: ExpertCard;
  readonly items: readonly ExpertCall[];
  readonly signal: AbortSignal;
  readonly mayBeLost: boolean;
}

/** @returns undefined where the host was killed because of another call, and this one may be made again */
async function callHost(
  host: HostProcess,
  { expert, items, signal, mayBeLost }: HostedCall,
): Promise<HostReply | undefined> {
  const { timeoutMs } = expert.limits;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  const stop = AbortSignal.any([signal, limit.signal]);
  try {
    const registered = items[0]?.registered;
    const reply = await host.run({ expertId: expert.id, registered, items, signal: stop });
    // An expert that was stopped has no fault of its own.
    if ("fault" in reply && stop.aborted) throw reply.fault;
    return reply;
  } catch (error) {
    if (!stop.aborted && mayBeLost && host.killedOnPurpose) return undefined;
    if (!limit.signal.aborted) throw error;
    const message = `${expert.id} took longer than its limit of ${timeoutMs / 1000} s`;
    throw new TuttiError("timeout", message, { cause: error, retryable: true });
  } finally {
    clearTimeout(timer);
  }
}

function resultsOf(expert: ExpertCard, count: number, reply: HostReply): BatchReply<ExpertResult> {
  if ("fault" in reply) return reply;
  const runMs = Math.round(reply.runMs);
  const usage: Usage = {
    loadMs: Math.round(reply.loadMs),
    runMs,
    ...(expert.limits.batch && { batchSize: count }),
    ...(expert.lane === "gpu" && { deviceMs: Math.round((100 * reply.runMs) / count) / 100 }),
  };
  return {
    outcomes: reply.outcomes.map((outcome) =>
      outcome instanceof TuttiError ? outcome : { outputs: outcome.outputs, usage: { ...outcome.usage, ...usage } },
    ),
  };
}
