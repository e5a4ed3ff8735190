/** Shows tasks and experts. */
import type { ExpertRecord } from "../ports/expert-store.ts";
import type { ExpertEntry, TaskEntry } from "../registry/registry.ts";
import type { MeritSummary } from "../tutti.ts";
import type { ExpertView, TaskView } from "./schemas-catalogue.ts";

interface Availability {
  readonly available: boolean;
  readonly unavailable?: string;
}

function availability({ unavailable }: { readonly unavailable?: string | undefined }): Availability {
  return unavailable === undefined ? { available: true } : { available: false, unavailable };
}

interface ViewedMerit {
  readonly measured?: MeritSummary | undefined;
  /** Whether what the expert said last of a failure may be shown: it may be about somebody else's files. */
  readonly tellsMessages?: boolean;
}

export function viewExpert(entry: ExpertEntry, { measured, tellsMessages = false }: ViewedMerit = {}): ExpertView {
  const { card, record } = entry;
  return {
    ...card,
    ...availability(entry),
    ...(record && { registered: viewRecord(record) }),
    ...(measured && { measured: viewMeasured(measured, tellsMessages) }),
  };
}

function viewMeasured(summary: MeritSummary, tellsMessages: boolean): ExpertView["measured"] {
  const { calls, successShare, p50Ms, p95Ms, queueMs, cost, failedInRow, state, lastError } = summary;
  return {
    calls: rounded(calls, 1),
    successShare: rounded(successShare, 4),
    ...(p50Ms !== undefined && { p50Ms: rounded(p50Ms, 1) }),
    ...(p95Ms !== undefined && { p95Ms: rounded(p95Ms, 1) }),
    queueMs: rounded(queueMs, 1),
    cost: rounded(cost, 6),
    failedInRow,
    state,
    ...(lastError && {
      lastError: {
        at: new Date(lastError.at).toISOString(),
        code: lastError.code,
        ...(tellsMessages && { message: lastError.message }),
      },
    }),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function viewRecord({ registration, state, source, changedAt, trial }: ExpertRecord): ExpertView["registered"] {
  const { settings, secrets, allowHosts, share } = registration;
  return {
    state,
    source,
    changedAt: new Date(changedAt).toISOString(),
    settings,
    secrets: Object.keys(secrets),
    allowHosts,
    ...(share !== undefined && { share }),
    ...(trial && {
      trial: {
        at: new Date(trial.at).toISOString(),
        ok: trial.ok,
        ...(trial.runMs !== undefined && { runMs: trial.runMs }),
        ...(trial.message !== undefined && { message: trial.message }),
      },
    }),
  };
}

export function viewTask(task: TaskEntry, experts: readonly ExpertEntry[]): TaskView {
  const { unavailable: _, ...spec } = task;
  const doers = experts.filter(({ card }) => card.task === task.id);
  return {
    ...spec,
    ...availability(task),
    experts: doers.map((entry) => ({ id: entry.card.id, ...availability(entry) })),
  };
}
