/**
 * What follows from a change: nodes that became ready, must be skipped, spread into items or came together again, and
 * the end of the run. Repeated until nothing follows any more, within the same commit.
 */
import { evaluateCondition } from "./condition.ts";
import type { Draft } from "./draft.ts";
import type { FinalStatus, NodeError, SkipCause } from "./events.ts";
import {
  dataReferences,
  dependenciesOf,
  ITEM_SEPARATOR,
  type Binding,
  type Condition,
  type Reference,
} from "./plan-node.ts";
import {
  ANSWER_NODE,
  isFinished,
  isSettled,
  itemAt,
  itemsOf,
  outputOf,
  PLAN_NODE,
  planClosed,
  whyNot,
  type NodeState,
  type RunState,
} from "./state.ts";
import { listLength } from "./value.ts";

export function settle(draft: Draft): void {
  for (;;) {
    const { changed, graphChanged } = draft.takeChanges();
    if (changed.size === 0 && !graphChanged) return;
    for (const node of draft.state.nodes.values()) {
      if (isFinished(draft.state)) return;
      if (!graphChanged && !concerns(node, changed)) continue;
      if (node.status === "waiting") advance(draft, node);
      else if (node.status === "running" && node.spec.each) gather(draft, node);
    }
    finish(draft);
  }
}

/** Whether something may follow for a node from changes of others, or of itself. */
function concerns({ spec }: NodeState, changed: ReadonlySet<string>): boolean {
  return spec.kind === "fuse" || changed.has(spec.id) || dependenciesOf(spec).some((id) => changed.has(id));
}

function advance(draft: Draft, node: NodeState): void {
  const nodeId = node.spec.id;
  const ready = (): void => draft.record("node-ready", { nodeId, attempt: node.attempt + 1 });
  if (node.spec.kind === "plan") return ready();
  if (node.spec.kind === "fuse") return othersSettled(draft.state) ? ready() : undefined;

  const obstacle = obstacleOf(draft.state, node);
  if (obstacle === "wait") return undefined;
  if (obstacle) return draft.record("node-skipped", { nodeId, ...obstacle });
  return node.spec.each ? spread(draft, node, node.spec.each.over) : ready();
}

function othersSettled(state: RunState): boolean {
  return [...state.nodes.values()].every((node) => node.spec.id === ANSWER_NODE || isSettled(node));
}

/** Waiting nodes whose one open question is a condition on a spilled value: somebody must load it and decide. */
export function pendingConditions(state: RunState): { readonly nodeId: string; readonly when: Condition }[] {
  return [...state.nodes.values()].flatMap(({ status, spec: { id, when }, conditionHolds }) => {
    if (!when || status !== "waiting" || conditionHolds !== undefined) return [];
    const value = outputOf(state, when.from, when.output);
    return value?.type === "spilled" && evaluateCondition(when, value) === "unknown" ? [{ nodeId: id, when }] : [];
  });
}

type Obstacle = "wait" | { readonly reason: string; readonly cause: SkipCause } | undefined;

function obstacleOf(state: RunState, { spec, conditionHolds }: NodeState): Obstacle {
  // A needed input that was lost decides at once; there is no reason to wait for the rest. One that is missing because of
  // a condition does not: of the rest another may be lost, and what the cause is must not hang on who comes first.
  let missing: Obstacle;
  for (const reference of dataReferences(spec)) {
    if (reference.optional) continue;
    const producer = state.nodes.get(reference.from);
    if (producer && isSettled(producer) && producer.status !== "succeeded") {
      const cause = causeOf(producer);
      const reason = `needs ${reference.from}.${reference.output}: ${whyNot(producer).message}`;
      if (cause === "upstream") return { reason, cause };
      missing ??= { reason, cause };
    }
  }
  for (const id of dependenciesOf(spec)) {
    const dependency = state.nodes.get(id);
    if (dependency && !isSettled(dependency)) return "wait";
  }
  if (missing) return missing;
  for (const reference of dataReferences(spec)) {
    const lack = reference.optional ? undefined : lackOf(state, reference);
    if (lack) return { reason: `needs ${reference.from}.${reference.output}: ${lack}`, cause: "upstream" };
  }
  return conditionObstacle(state, spec.when, conditionHolds) ?? effectsObstacle(state, spec.effects);
}

/** What is wrong with a reference whose node has settled; undefined where it gives a value. */
function lackOf(state: RunState, { from, output, index }: Reference): string | undefined {
  const value = outputOf(state, from, output);
  if (!value) return `${from} gave no output ${output}`;
  if (index === undefined) return undefined;
  if (value.type === "list") {
    if (itemAt(value, index)) return undefined;
    const failure = value.failures?.find((item) => item.index === index);
    return failure ? `item ${index}: ${failure.message}` : `it has ${value.items.length} items, no item ${index}`;
  }
  if (value.type !== "spilled") return "it is not a list";
  return value.length !== undefined && index >= value.length
    ? `it has ${value.length} items, no item ${index}`
    : undefined;
}

/** What is missing because of a condition is no fault of anybody's; everything else is. */
function causeOf(producer: NodeState): SkipCause {
  return producer.skip?.cause === "condition" ? "condition" : "upstream";
}

function conditionObstacle(state: RunState, when: NodeState["spec"]["when"], decided: boolean | undefined): Obstacle {
  if (!when) return undefined;
  const producer = state.nodes.get(when.from);
  const value = outputOf(state, when.from, when.output);
  const comparesValue = when.op !== "exists" && when.op !== "empty";
  if (comparesValue && producer && producer.status !== "succeeded" && causeOf(producer) === "upstream") {
    return { reason: `its condition needs ${when.from}: ${whyNot(producer).message}`, cause: "upstream" };
  }
  const verdict = decided ?? evaluateCondition(when, value);
  if (verdict === "unknown") return "wait";
  const literal = when.value === undefined ? "" : ` ${JSON.stringify(when.value)}`;
  return verdict
    ? undefined
    : { reason: `the condition ${when.from}.${when.output} ${when.op}${literal} does not hold`, cause: "condition" };
}

/** Effects can't be taken back, so they wait until the whole plan is known and was allowed. */
function effectsObstacle(state: RunState, effects: NodeState["spec"]["effects"]): Obstacle {
  if (effects !== "external") return undefined;
  if (state.request.options.effects !== "external") {
    return { reason: "it has effects outside Tutti, and the request does not allow them", cause: "refused" };
  }
  return planClosed(state) ? undefined : "wait";
}

function spread(draft: Draft, { spec }: NodeState, over: Binding): void {
  const nodeId = spec.id;
  const places = placesOf(draft.state, over);
  if (!places) return failMap(draft, nodeId, "invalid-plan", "what it is mapped over is not a list");
  const width = places.length;
  if (draft.state.nodes.size + width > draft.state.maxNodes) {
    const message = `${width} items would pass the limit of ${draft.state.maxNodes} nodes in a run`;
    return failMap(draft, nodeId, "too-large", message);
  }
  draft.record("node-mapped", { nodeId, width });
  const { task, inputs, expert, effects, outputTypes } = spec;
  for (const index of places) {
    const item = itemBinding(over, index);
    const bound = Object.entries(inputs).map(([name, binding]) => [name, fill(binding, item)] as const);
    draft.record("node-added", {
      node: {
        id: `${nodeId}${ITEM_SEPARATOR}${index}`,
        kind: "task",
        task,
        inputs: Object.fromEntries(bound),
        item: { of: nodeId, index },
        ...(expert === undefined ? {} : { expert }),
        ...(effects === undefined ? {} : { effects }),
        ...(outputTypes === undefined ? {} : { outputTypes }),
      },
    });
  }
}

/** The indices that there are in what is mapped over: 0 to n-1, with gaps where a mapped node lost items. */
function placesOf(state: RunState, over: Binding): readonly number[] | undefined {
  if ("list" in over) return [...over.list.keys()];
  if ("value" in over) return firstPlaces(listLength(over.value));
  if (!("from" in over) || over.index !== undefined) return undefined;
  const value = outputOf(state, over.from, over.output);
  // Only an optional reference can be without a value here: there is nothing to do.
  if (!value) return [];
  return value.type === "list" && value.index ? value.index : firstPlaces(listLength(value));
}

function firstPlaces(count: number | undefined): readonly number[] | undefined {
  return count === undefined ? undefined : [...Array(count).keys()];
}

function itemBinding(over: Binding, index: number): Binding {
  if ("list" in over) return over.list[index] ?? { list: [] };
  if ("value" in over && over.value.type === "list") {
    const value = over.value.items[index];
    return value ? { value } : { list: [] };
  }
  return "from" in over ? { ...over, index } : over;
}

function fill(binding: Binding, item: Binding): Binding {
  if ("item" in binding) return item;
  if ("list" in binding) return { list: binding.list.map((part) => fill(part, item)) };
  return binding;
}

function failMap(draft: Draft, nodeId: string, code: string, message: string): void {
  draft.record("node-failed", { nodeId, attempt: 1, error: { code, message, retryable: false } });
}

/** Ends a mapped node when all of its items have settled. */
function gather(draft: Draft, { spec, width = 0 }: NodeState): void {
  const items = itemsOf(draft.state, spec.id);
  if (items.length < width || !items.every(isSettled)) return;
  const lost = items.filter((item) => item.status !== "succeeded");
  const [first] = lost;
  const enough = spec.each?.require === "all" ? lost.length === 0 : lost.length < width || width === 0;
  if (enough || !first) {
    draft.record("node-succeeded", { nodeId: spec.id, attempt: 1, outputs: {}, usage: {} });
    return;
  }
  const { code, message } = whyNot(first);
  failMap(
    draft,
    spec.id,
    code,
    `${lost.length} of ${width} items gave nothing; item ${first.spec.item?.index}: ${message}`,
  );
}

function finish(draft: Draft): void {
  const answer = draft.state.nodes.get(ANSWER_NODE);
  if (!answer || !isSettled(answer) || isFinished(draft.state)) return;
  const error = answer.error ?? draft.state.nodes.get(PLAN_NODE)?.error;
  draft.record("run-finished", { status: outcomeOf(draft.state), ...reasonOf(error) });
}

function reasonOf(error: NodeError | undefined): { readonly reason?: string } {
  return error ? { reason: error.message } : {};
}

/** `succeeded`: nothing was lost. `partial`: something was, and something was not. `failed`: nothing was gained. */
function outcomeOf(state: RunState): FinalStatus {
  const nodes = [...state.nodes.values()];
  const lost = nodes.some((node) => node.status === "failed" || (node.skip && node.skip.cause !== "condition"));
  if (!lost) return "succeeded";
  return nodes.some((node) => node.spec.kind === "task" && node.status === "succeeded") ? "partial" : "failed";
}
