/** Valid events, heads and commits of small made-up runs. */
import type { Commit, OutboxEntry, RunHead } from "../../src/ports/run-store.ts";
import { EVENT_VERSION, type RunEvent } from "../../src/run/events.ts";

/** Epoch milliseconds at which made-up runs are created, unless told otherwise. */
export const CREATED_AT = 1_700_000_000_000;

export function createdEvent(runId: string, tenant = "default"): RunEvent {
  const request = {
    messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "hi" }] }],
    options: {},
  };
  return {
    ...envelope(runId, 1),
    type: "run-created",
    data: { tenant, request, deadlineAt: CREATED_AT + 60_000, maxNodes: 50 },
  };
}

export function noteEvent(runId: string, seq: number, text = `note ${seq}`): RunEvent {
  return { ...envelope(runId, seq), type: "note-added", data: { nodeId: "plan", text } };
}

export function finishedEvent(runId: string, seq: number): RunEvent {
  return { ...envelope(runId, seq), type: "run-finished", data: { status: "succeeded" } };
}

function envelope(runId: string, seq: number): { v: number; runId: string; seq: number; at: number } {
  return { v: EVENT_VERSION, runId, seq, at: CREATED_AT + seq };
}

export function headOf(runId: string, changes: Partial<RunHead> = {}): RunHead {
  return {
    runId,
    tenant: "default",
    status: "running",
    active: true,
    createdAt: CREATED_AT,
    deadlineAt: CREATED_AT + 60_000,
    title: "hi",
    ...changes,
  };
}

export function entryOf(runId: string, nodeId: string, dueAt = CREATED_AT, attempt = 1): OutboxEntry {
  return { runId, nodeId, attempt, dueAt };
}

/** Creates the run. */
export function creation(runId: string, changes: Partial<Commit> = {}): Commit {
  const head = headOf(runId, changes.head);
  return { runId, expectedRevision: 0, events: [createdEvent(runId, head.tenant)], outbox: [], ...changes, head };
}

/** Adds `count` notes to the run at that revision. */
export function addition(runId: string, revision: number, changes: Partial<Commit> = {}, count = 1): Commit {
  const events = Array.from({ length: count }, (_, index) => noteEvent(runId, revision + index + 1));
  return { runId, expectedRevision: revision, events, outbox: [], head: headOf(runId), ...changes };
}

/** Ends the run at that revision. */
export function ending(runId: string, revision: number, changes: Partial<Commit> = {}): Commit {
  const head = headOf(runId, { status: "succeeded", active: false, finishedAt: CREATED_AT + revision + 1 });
  return { ...addition(runId, revision), events: [finishedEvent(runId, revision + 1)], head, ...changes };
}
