/** `(state, events) -> state`: the only code that says what an event means. Pure. */
import { EVENT_VERSION, type NodeStatus, type RunEvent } from "./events.ts";
import { own, type NodeState, type RunState } from "./state.ts";

/** A stored event that this build can't read. Fails the one run, not the process. */
export class UnsupportedEventError extends Error {
  override readonly name = "UnsupportedEventError";
}

/** Folds all events of a run, from its first. Undefined for no events. */
export function foldEvents(events: readonly RunEvent[]): RunState | undefined {
  const [first, ...rest] = events;
  return first ? applyEvents(undefined, [first, ...rest]) : undefined;
}

/**
 * Applies events in order; the given state is left as it is.
 * @throws UnsupportedEventError for an event of a newer format, or one that does not follow on the state.
 */
export function applyEvents(state: RunState | undefined, events: readonly RunEvent[]): RunState | undefined {
  const nodes = new Map(state?.nodes);
  let next = state;
  for (const event of events) next = applyInPlace(next, nodes, event);
  return next;
}

/** The same for one event, changing `nodes`, which the caller owns and which the returned state holds. */
export function applyInPlace(state: RunState | undefined, nodes: Map<string, NodeState>, event: RunEvent): RunState {
  const { v, seq, runId } = event;
  if (v !== EVENT_VERSION) {
    throw new UnsupportedEventError(`event ${seq} of run ${runId} has format ${v}; this Tutti reads ${EVENT_VERSION}`);
  }
  const revision = state?.revision ?? 0;
  if (seq !== revision + 1) throw new UnsupportedEventError(`event ${seq} of run ${runId} does not follow ${revision}`);
  return { ...applyOne(state, nodes, event), revision: seq, nodes };
}

function applyOne(state: RunState | undefined, nodes: Map<string, NodeState>, event: RunEvent): RunState {
  if (event.type === "run-created") {
    const { tenant, request, deadlineAt, maxNodes } = event.data;
    const { runId, at } = event;
    return {
      runId,
      tenant,
      request,
      deadlineAt,
      maxNodes,
      nodes,
      createdAt: at,
      revision: 0,
      status: "planning",
      retired: {},
      notes: [],
    };
  }
  if (!state) throw new UnsupportedEventError(`run ${event.runId} does not begin with run-created`);

  switch (event.type) {
    case "node-added": {
      const { node: spec } = event.data;
      nodes.set(spec.id, freshNode(state, event));
      if (spec.kind === "plan") holdBack(nodes);
      return spec.kind === "task" && state.status === "planning" ? { ...state, status: "running" } : state;
    }
    case "node-withdrawn": {
      const { nodeId } = event.data;
      const attempt = nodes.get(nodeId)?.attempt ?? 0;
      nodes.delete(nodeId);
      return { ...state, retired: { ...state.retired, [nodeId]: attempt } };
    }
    case "note-added":
      return { ...state, notes: [...state.notes, { ...event.data, at: event.at }] };
    case "run-finished":
      return {
        ...state,
        status: event.data.status,
        finishedAt: event.at,
        ...(event.data.reason === undefined ? {} : { finishReason: event.data.reason }),
      };
    default: {
      const node = nodes.get(event.data.nodeId);
      if (!node) throw new UnsupportedEventError(`event ${event.seq} names the unknown node ${event.data.nodeId}`);
      nodes.set(event.data.nodeId, applyToNode(node, event));
      return state;
    }
  }
}

type NodeEvent = Exclude<
  RunEvent,
  { readonly type: "run-created" | "node-added" | "node-withdrawn" | "note-added" | "run-finished" }
>;

function applyToNode(node: NodeState, event: NodeEvent): NodeState {
  const { at } = event;
  const settle = (status: NodeStatus): NodeState => ({ ...node, status, finishedAt: at });
  switch (event.type) {
    case "node-ready": {
      const { attempt, notBefore } = event.data;
      return {
        ...node,
        status: "ready",
        attempt,
        delivery: 0,
        readyAt: node.readyAt ?? at,
        ...(notBefore === undefined ? {} : { notBefore }),
      };
    }
    case "node-routed":
      return {
        ...node,
        experts: event.data.experts,
        routing: event.data.reason,
        ...(event.data.usage && { selectionUsage: event.data.usage }),
      };
    case "node-started": {
      const { delivery, worker, expert } = event.data;
      return { ...node, status: "running", delivery, worker, expert, startedAt: node.startedAt ?? at };
    }
    case "node-succeeded":
      return { ...settle("succeeded"), outputs: event.data.outputs, usage: event.data.usage };
    case "attempt-failed": {
      const { attempt, error, next } = event.data;
      // Not `node.expert`: an attempt that failed before it started would be blamed on the one before it.
      const expert = node.experts[node.expertIndex];
      const failedAttempts = [...node.failedAttempts, { attempt, error, expert }];
      return { ...node, failedAttempts, expertIndex: next.expertIndex };
    }
    case "node-failed":
      return { ...settle("failed"), error: event.data.error };
    case "node-skipped":
      return { ...settle("skipped"), skip: { reason: event.data.reason, cause: event.data.cause } };
    case "node-canceled":
      return settle("canceled");
    case "node-mapped":
      return { ...node, status: "running", width: event.data.width, readyAt: at, startedAt: at };
    case "answer-part":
      return node;
    case "condition-decided":
      return { ...node, conditionHolds: event.data.holds };
    default:
      throw unknownEvent(event);
  }
}

/** The compiler knows all types of this version; a store may hold what it does not know. */
function unknownEvent({ runId, seq, type }: { readonly runId: string; readonly seq: number; readonly type: string }) {
  return new UnsupportedEventError(`event ${seq} of run ${runId} has the unknown type ${type}`);
}

/**
 * With a new planning, what must not begin before the plan is closed is no longer due: the answer, and steps with
 * outside effects. They wait again, and their next attempt supersedes the queued one.
 */
function holdBack(nodes: Map<string, NodeState>): void {
  for (const node of nodes.values()) {
    const held = node.spec.kind === "fuse" || node.spec.effects === "external";
    if (held && node.status === "ready") nodes.set(node.spec.id, { ...node, status: "waiting" });
  }
}

function freshNode(state: RunState, event: Extract<RunEvent, { readonly type: "node-added" }>): NodeState {
  const spec = event.data.node;
  return {
    spec,
    status: "waiting",
    attempt: own(state.retired, spec.id) ?? 0,
    delivery: 0,
    addedAt: event.at,
    experts: [],
    expertIndex: 0,
    outputs: {},
    usage: {},
    failedAttempts: [],
  };
}
