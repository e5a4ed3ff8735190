/** `(state, command) -> events`: whether a command is allowed, and all that follows from it. Pure. */
import type { Command, Decision } from "./commands.ts";
import { Draft } from "./draft.ts";
import type { NodeSpec, RunEvent } from "./events.ts";
import { dependenciesOf } from "./plan-node.ts";
import { pendingConditions, settle } from "./settle.ts";
import { ANSWER_NODE, isFinished, isSettled, PLAN_NODE, type NodeState, type RunState } from "./state.ts";

/**
 * An attempt that was delivered this often and never ended is taking its workers down: it is given up. Experts run in
 * processes of their own, whose death is a failed attempt; a worker mostly dies of something else, so it is not few.
 */
export const MAX_DELIVERIES = 10;

/**
 * Decides a command on a state.
 * @param state undefined for `create` only
 */
export function decide(state: RunState | undefined, command: Command): Decision {
  if (command.type === "create") return state ? stale("the run exists") : create(command);
  if (!state) return refused("the run does not exist");
  return decideAll(state, [command]).decisions[0] ?? stale("nothing to change");
}

export interface Decided {
  /** One for each command, made on the state that the ones before it led to. */
  readonly decisions: readonly Decision[];
  /** Of all of them. */
  readonly events: readonly RunEvent[];
  /** After all of them. */
  readonly state: RunState;
}

/** Chooses experts for a task node where that takes no thinking; undefined where it does, or where there are none. */
export type Router = (spec: NodeSpec) => Route | undefined;
export type Route = Pick<Extract<Command, { type: "route" }>, "experts" | "reason" | "usage">;

/** Decides commands on one run one after the other, as one commit. The given state is left as it is. */
export function decideAll(
  state: RunState,
  commands: readonly Exclude<Command, { type: "create" }>[],
  router?: Router,
): Decided {
  const draft = new Draft(state, state.runId, 0);
  const decisions = commands.map((command) => decideNext(draft, command, router));
  return { decisions, events: draft.events, state: draft.state };
}

function decideNext(draft: Draft, command: Exclude<Command, { type: "create" }>, router: Router | undefined): Decision {
  if (isFinished(draft.state)) return stale(`the run has ended: ${draft.state.status}`);
  draft.at = command.at;
  const before = draft.events.length;
  const objection = handle(draft, command);
  if (objection) return objection;
  settle(draft);
  if (router) routeReady(draft, before, router);
  const events = draft.events.slice(before);
  return events.length === 0 ? stale("nothing to change") : { outcome: "events", events };
}

/** What has become ready since then gets its experts in the same commit. */
function routeReady(draft: Draft, since: number, router: Router): void {
  for (const { type, data } of draft.events.slice(since)) {
    if (type !== "node-ready") continue;
    const node = draft.state.nodes.get(data.nodeId);
    if (node?.status !== "ready" || node.spec.kind !== "task" || node.experts.length > 0) continue;
    const route = router(node.spec);
    if (route) draft.record("node-routed", { nodeId: data.nodeId, ...route });
  }
}

type Objection = Exclude<Decision, { readonly outcome: "events" }>;

const stale = (reason: string): Objection => ({ outcome: "stale", reason });
const refused = (reason: string): Objection => ({ outcome: "refused", reason });

function create({ runId, at, tenant, request, deadlineAt, maxNodes }: Extract<Command, { type: "create" }>): Decision {
  const draft = new Draft(undefined, runId, at);
  draft.record("run-created", { tenant, request, deadlineAt, maxNodes });
  draft.record("node-added", { node: { id: PLAN_NODE, kind: "plan", task: "plan", inputs: {} } });
  draft.record("node-added", { node: { id: ANSWER_NODE, kind: "fuse", task: "answer", inputs: {} } });
  settle(draft);
  return { outcome: "events", events: draft.events };
}

function handle(draft: Draft, command: Exclude<Command, { type: "create" }>): Objection | undefined {
  switch (command.type) {
    case "add-nodes":
      return addNodes(draft, command);
    case "replan":
      return replan(draft, command.nodeId);
    case "note":
      if (!draft.state.nodes.has(command.nodeId)) return refused(`no node ${command.nodeId}`);
      return draft.record("note-added", { nodeId: command.nodeId, text: command.text });
    case "route":
      return withAttempt(draft, command, ["ready"], (node) => {
        if (node.experts.length > 0) return stale("the node is routed");
        if (command.experts.length === 0) return refused("a route names at least one expert");
        const { nodeId, experts, reason, usage } = command;
        return draft.record("node-routed", { nodeId, experts, reason, ...(usage && { usage }) });
      });
    case "tell":
      return withAttempt(draft, command, ["running"], ({ spec }) => {
        if (spec.kind !== "fuse") return refused(`${spec.id} gives no answer`);
        const { nodeId, attempt, from, text } = command;
        return draft.record("answer-part", { nodeId, attempt, from, text });
      });
    case "start":
      return start(draft, command);
    case "complete":
      return withAttempt(draft, command, ["running"], () => {
        const { nodeId, attempt, outputs, usage } = command;
        return draft.record("node-succeeded", { nodeId, attempt, outputs, usage });
      });
    case "fail":
      return fail(draft, command);
    case "decide-condition": {
      const pending = pendingConditions(draft.state).some(({ nodeId }) => nodeId === command.nodeId);
      if (!pending) return stale(`${command.nodeId} waits for no condition`);
      return draft.record("condition-decided", { nodeId: command.nodeId, holds: command.holds });
    }
    case "cancel":
      return end(draft, "canceled", command.reason);
    case "expire":
      if (command.at < draft.state.deadlineAt) return refused("the deadline has not passed");
      return end(draft, "expired", "the deadline passed");
  }
}

/** Runs a rule only for the current attempt of a node in one of the given states: the fence against late workers. */
function withAttempt(
  draft: Draft,
  { nodeId, attempt }: { readonly nodeId: string; readonly attempt: number },
  statuses: readonly NodeState["status"][],
  rule: (node: NodeState) => Objection | undefined,
): Objection | undefined {
  const node = draft.state.nodes.get(nodeId);
  if (!node) return stale(`node ${nodeId} is gone`);
  if (node.attempt !== attempt) return stale(`attempt ${attempt} of ${nodeId} is superseded by ${node.attempt}`);
  if (node.spec.each) return stale(`${nodeId} is mapped; its items run`);
  if (!statuses.includes(node.status)) return stale(`${nodeId} is ${node.status}`);
  return rule(node);
}

function start(draft: Draft, command: Extract<Command, { type: "start" }>): Objection | undefined {
  return withAttempt(draft, command, ["ready", "running"], (node) => {
    const { nodeId, attempt, worker } = command;
    const expert = node.experts[node.expertIndex];
    if (node.spec.kind === "task" && !expert) return refused(`${nodeId} is not routed to an expert`);
    if (node.spec.kind === "plan" && node.status === "running") return planAnew(draft, node);
    const delivery = node.delivery + 1;
    if (delivery > MAX_DELIVERIES) return poison(draft, node);
    draft.record("node-started", { nodeId, attempt, delivery, worker, ...(expert ? { expert } : {}) });
    return node.spec.kind === "plan" ? withdrawUnstarted(draft, nodeId) : undefined;
  });
}

/**
 * Two deliveries of a step may both finish it, for they do the same; two plannings may not both write. So a planning
 * that is delivered again becomes a new attempt, and what the worker that was thought dead still sends is stale.
 */
function planAnew(draft: Draft, node: NodeState): undefined {
  const { attempt } = node;
  const lost = node.failedAttempts.filter(({ error }) => error.code === "worker-crashed").length;
  if (lost + 1 >= MAX_DELIVERIES) return poison(draft, node);
  const message = "its worker was lost; planning begins anew";
  const next = { expertIndex: node.expertIndex, notBefore: draft.at };
  const nodeId = node.spec.id;
  draft.record("attempt-failed", {
    nodeId,
    attempt,
    error: { code: "worker-crashed", message, retryable: true },
    next,
  });
  return draft.record("node-ready", { nodeId, attempt: attempt + 1 });
}

function poison(draft: Draft, { spec, attempt }: NodeState): undefined {
  const message = `given up after ${MAX_DELIVERIES} workers took the step and none of them finished it`;
  const error = { code: "poisoned", message, retryable: false };
  return draft.record("node-failed", { nodeId: spec.id, attempt, error });
}

/**
 * A new try at planning keeps what ran or runs, and takes back what an interrupted try left unstarted. What one that
 * stays depends on stays too: or it would point at nothing, or at another node of that name.
 */
function withdrawUnstarted(draft: Draft, planId: string): undefined {
  const { nodes } = draft.state;
  const staying = new Set([...nodes.values()].filter((node) => node.spec.plannedBy !== planId || hasBegun(node)));
  // A set's iteration visits what is added meanwhile: dependencies of dependencies.
  for (const { spec } of staying) {
    for (const id of dependenciesOf(spec)) {
      const dependency = nodes.get(id);
      if (dependency) staying.add(dependency);
    }
  }
  for (const node of nodes.values()) {
    if (!staying.has(node)) draft.record("node-withdrawn", { nodeId: node.spec.id });
  }
}

function hasBegun({ status }: NodeState): boolean {
  return status !== "waiting" && status !== "ready" && status !== "skipped";
}

function fail(draft: Draft, command: Extract<Command, { type: "fail" }>): Objection | undefined {
  return withAttempt(draft, command, ["ready", "running"], (node) => {
    const { nodeId, attempt, error, next } = command;
    if (!next) return draft.record("node-failed", { nodeId, attempt, error });
    if (next.expertIndex !== 0 && !node.experts[next.expertIndex]) return refused(`no expert ${next.expertIndex}`);
    draft.record("attempt-failed", { nodeId, attempt, error, next });
    return draft.record("node-ready", { nodeId, attempt: attempt + 1, notBefore: next.notBefore });
  });
}

function addNodes(draft: Draft, command: Extract<Command, { type: "add-nodes" }>): Objection | undefined {
  return withAttempt(draft, { nodeId: command.planId, attempt: command.attempt }, ["running"], (planner) => {
    if (planner.spec.kind !== "plan") return refused(`${command.planId} is not a plan`);
    const known = new Set(draft.state.nodes.keys());
    const planned = command.nodes.map((node) => ({ ...node, plannedBy: command.planId }));
    const fresh = planned.filter((node) => !isThere(draft.state, node));
    for (const node of fresh) {
      const fault = faultOf(node, known, draft.state);
      if (fault) return refused(fault);
      known.add(node.id);
    }
    for (const node of fresh) draft.record("node-added", { node });
    return undefined;
  });
}

/** Whether this very node was added before: the command came twice, or a new try at planning repeats the old one. */
function isThere(state: RunState, node: NodeSpec): boolean {
  const there = state.nodes.get(node.id);
  return there !== undefined && sameStep(there.spec, node);
}

/** Who wrote it makes no difference. */
function sameStep(one: NodeSpec, other: NodeSpec): boolean {
  return withoutAuthor(one) === withoutAuthor(other);
}

function withoutAuthor(spec: NodeSpec): string {
  return JSON.stringify({ ...spec, by: undefined });
}

/** A node may only point at nodes that are there: so no graph of committed nodes has a cycle. */
function faultOf(node: NodeSpec, known: ReadonlySet<string>, state: RunState): string | undefined {
  if (known.has(node.id)) return `node ${node.id} exists`;
  if (node.kind !== "task" || node.item) return `node ${node.id} is not a task`;
  if (known.size + 1 > state.maxNodes) return `a run has at most ${state.maxNodes} nodes`;
  const missing = dependenciesOf(node).find((id) => !known.has(id) || id === ANSWER_NODE);
  return missing === undefined ? undefined : `node ${node.id} depends on ${missing}, which is not in the graph`;
}

function replan(draft: Draft, nodeId: string): Objection | undefined {
  const answer = draft.state.nodes.get(ANSWER_NODE);
  if (answer?.status !== "waiting" && answer?.status !== "ready") return stale("the answer has begun");
  if (draft.state.nodes.has(nodeId)) return stale(`node ${nodeId} exists`);
  const { nodes, maxNodes } = draft.state;
  if (nodes.size >= maxNodes) return refused(`a run has at most ${maxNodes} nodes`);
  return draft.record("node-added", { node: { id: nodeId, kind: "plan", task: "plan", inputs: {} } });
}

function end(draft: Draft, status: "canceled" | "expired", reason: string): undefined {
  for (const node of draft.state.nodes.values()) {
    if (!isSettled(node)) draft.record("node-canceled", { nodeId: node.spec.id, reason });
  }
  draft.record("run-finished", { status, reason });
}
