/** Tutti as its faces see it: what HTTP, the shell and programs can ask for. */
import type { Readable } from "node:stream";
import type { Asset } from "./assets/asset.ts";
import type { Answer } from "./fuse/answer.ts";
import type { Problem } from "./plan/check-plan.ts";
import type { ByteRange } from "./ports/asset-store.ts";
import type { LaneCounts } from "./ports/job-queue.ts";
import type { RunHead } from "./ports/run-store.ts";
import type { ExpertEntry, TaskEntry } from "./registry/registry.ts";
import type { ChosenExpert, RunEvent } from "./run/events.ts";
import type { PlanNode } from "./run/plan-node.ts";
import type { RunRequest } from "./run/request.ts";
import type { RunState } from "./run/state.ts";
import type { MeritSummary } from "./select/summary.ts";

export { breakerStates } from "./select/breaker.ts";
export type { MeritSummary } from "./select/summary.ts";

export interface SubmitOptions {
  readonly tenant: string;
  /** The same key with the same request gives the same run. */
  readonly idempotencyKey?: string | undefined;
}

export interface Upload {
  readonly tenant: string;
  readonly bytes: Readable;
  readonly name?: string | undefined;
  /** @default 512 MiB */
  readonly limit?: number | undefined;
}

export interface PlanPreview {
  readonly planner: string;
  readonly nodes: readonly PlanNode[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** A run as somebody looks at it: its state, and what it says (so far). */
export interface RunReport {
  readonly state: RunState;
  /** Undefined while the run goes on. */
  readonly answer?: Answer | undefined;
}

export interface RegisterOptions {
  /** Who brings it: only the same may change or remove it. */
  readonly source: string;
  /** Whether one of that version gives way. @default false */
  readonly replace?: boolean | undefined;
  /** Whether it is taken although its trial call goes wrong. @default false */
  readonly unverified?: boolean | undefined;
  /** Whether it is called or asked once before it is taken; where not, it is taken unverified. @default true */
  readonly trial?: boolean | undefined;
}

/** How a trial call went. */
export interface CheckReport {
  /** `id@version` */
  readonly expert: string;
  readonly ok: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly runMs?: number | undefined;
  /** Why it failed. */
  readonly message?: string | undefined;
  readonly runId?: string | undefined;
}

export interface Health {
  readonly planner: string;
  /** Which language model there is, and why that one. */
  readonly languageModel: string;
  readonly accepting: boolean;
  /** Why no runs are taken now, and what to do about it; empty where they are. */
  readonly problems: readonly string[];
  /** Work and workers of every lane, by its name. */
  readonly lanes: Readonly<Record<string, LaneCounts>>;
  readonly tasks: readonly TaskEntry[];
  readonly experts: readonly ExpertEntry[];
}

export interface Tutti {
  /**
   * Accepts a request: when it resolves, the run is durable and will end.
   * @throws TuttiError `invalid-request`, `invalid-plan`, `unknown-asset`, `idempotency-mismatch`, `overloaded`, `shutting-down`
   */
  submit(request: RunRequest, options: SubmitOptions): Promise<RunState>;
  /** Makes a plan without running it. @throws TuttiError as `submit`, and `not-understood` */
  plan(request: RunRequest, options: { readonly tenant: string }): Promise<PlanPreview>;
  /** @throws TuttiError `unknown-run` */
  run(tenant: string, runId: string): Promise<RunReport>;
  /** Newest first. */
  runs(
    tenant: string,
    options: { readonly limit?: number; readonly createdBefore?: number },
  ): Promise<readonly RunHead[]>;
  /** The report when the run has ended, or as it stands when the signal aborts. @throws TuttiError `unknown-run` */
  wait(tenant: string, runId: string, signal: AbortSignal): Promise<RunReport>;
  /** Events after a seq, then live; ends with the run. @throws TuttiError `unknown-run` */
  events(tenant: string, runId: string, after: number, signal: AbortSignal): AsyncIterable<RunEvent>;
  /** Canceling an ended run is no fault and changes nothing. @throws TuttiError `unknown-run` */
  cancel(tenant: string, runId: string, reason: string): Promise<RunState>;
  /** @throws TuttiError `unsupported-media`, `too-large` */
  upload(upload: Upload): Promise<Asset>;
  /** @throws TuttiError `unknown-asset` */
  asset(tenant: string, id: string): Promise<Asset>;
  /** @throws TuttiError `unknown-asset` */
  readAsset(tenant: string, id: string, range?: ByteRange): Promise<Readable>;
  /** All experts, built in and registered, of every version that is not removed. */
  experts(): Promise<readonly ExpertEntry[]>;
  /** How calls of these went, over all processes, by `id@version`; those that were never called are left out. */
  merits(experts: readonly ChosenExpert[]): Promise<ReadonlyMap<string, MeritSummary>>;
  /**
   * Takes an expert in, after a trial call: from then on every process can use it.
   * @param registration see `src/registry/registration.ts`
   * @throws TuttiError `invalid-request`, `expert-exists`, `trial-failed`, `conflict`
   */
  registerExpert(registration: unknown, options: RegisterOptions): Promise<ExpertEntry>;
  /** Makes a trial call. @param name `id`, or `id@version` @throws TuttiError `unknown-expert` */
  checkExpert(name: string): Promise<CheckReport>;
  /**
   * What is under way may end with it; nothing new begins. Without a version, all are removed.
   * @throws TuttiError `unknown-expert`, `invalid-request`
   */
  removeExpert(name: string, options: Pick<RegisterOptions, "source">): Promise<void>;
  health(): Promise<Health>;
  /** Takes no new runs, lets active steps finish for a while, and lets go of everything. */
  close(): Promise<void>;
}
