/** Shows a run: what is recorded, with moments as ISO 8601 and a link wherever there are bytes. */
import type { ChosenExpert, NodeError, Usage } from "../run/events.ts";
import { outputOf, type NodeState, type RunState } from "../run/state.ts";
import { addTokens, type TokenUsage } from "../run/usage.ts";
import type { Value } from "../run/value.ts";
import type { RunReport } from "../tutti.ts";
import type { Context } from "./context.ts";
import { assetUrl, runUrl } from "./links.ts";
import type { NodeView, RunView } from "./schemas-run.ts";
import type { ValueView } from "./schemas-value.ts";

type Base = Pick<Context, "publicUrl">;

export function viewRun(base: Base, { state, answer }: RunReport): RunView {
  const self = runUrl(base, state.runId);
  return {
    id: state.runId,
    status: state.status,
    ...(state.finishReason !== undefined && { reason: state.finishReason }),
    createdAt: iso(state.createdAt),
    ...(state.finishedAt !== undefined && { finishedAt: iso(state.finishedAt) }),
    deadlineAt: iso(state.deadlineAt),
    request: state.request,
    ...(answer && {
      answer: { ...answer, assets: answer.assets.map((asset) => ({ ...asset, url: assetUrl(base, asset.asset) })) },
    }),
    ...tokensUsed([...state.nodes.values()]),
    nodes: [...state.nodes.values()].map((node) => viewNode(base, state, node)),
    notes: state.notes.map(({ nodeId, text, at }) => ({ node: nodeId, text, at: iso(at) })),
    links: { self, events: `${self}/events`, graph: `${self}/graph`, cancel: `${self}/cancel` },
  };
}

function viewNode(base: Base, state: RunState, node: NodeState): NodeView {
  const { spec, usage } = node;
  return {
    id: spec.id,
    kind: spec.kind,
    task: spec.task,
    status: node.status,
    ...(node.expert && { expert: node.expert.id }),
    experts: node.experts.map(({ id, version }: ChosenExpert) => ({ id, version })),
    ...(node.routing !== undefined && { routing: node.routing }),
    inputs: spec.inputs,
    outputs: viewOutputs(base, state, node),
    timings: {
      addedAt: iso(node.addedAt),
      ...(node.readyAt !== undefined && { readyAt: iso(node.readyAt) }),
      ...(node.startedAt !== undefined && { startedAt: iso(node.startedAt) }),
      ...(node.finishedAt !== undefined && { finishedAt: iso(node.finishedAt) }),
      ...(usage.queueMs !== undefined && { queueMs: usage.queueMs }),
      ...(usage.loadMs !== undefined && { loadMs: usage.loadMs }),
      ...(usage.runMs !== undefined && { runMs: usage.runMs }),
      ...(usage.deviceMs !== undefined && { deviceMs: usage.deviceMs }),
    },
    ...(spec.by && { by: spec.by }),
    ...tokensUsed([node]),
    attempts: node.attempt,
    deliveries: node.delivery,
    ...(node.worker !== undefined && { worker: node.worker }),
    ...(usage.batchSize !== undefined && { batchSize: usage.batchSize }),
    ...(usage.reused !== undefined && { reused: usage.reused }),
    ...(node.failedAttempts.length > 0 && {
      failedAttempts: node.failedAttempts.map(({ attempt, error, expert }) => ({
        attempt,
        ...(expert && { expert: expert.id }),
        error: viewError(error),
      })),
    }),
    ...(node.error && { error: viewError(node.error) }),
    ...(node.skip && { skipped: node.skip }),
    ...(spec.after && { after: spec.after }),
    ...(spec.when && { when: spec.when }),
    ...(spec.each && { each: spec.each }),
    ...(spec.item && { item: spec.item }),
  };
}

/** Nothing where nothing was counted. */
function tokensUsed(nodes: readonly NodeState[]): { readonly usage?: TokenUsage } {
  const all = nodes.flatMap(({ usage, selectionUsage }) => [usage, ...(selectionUsage ? [selectionUsage] : [])]);
  const usage = all.reduce<Usage>((sum, one) => addTokens(sum, one), {});
  return Object.keys(usage).length > 0 ? { usage } : {};
}

function viewError({ code, message, retryable }: NodeError): NodeError {
  return { code, message, retryable };
}

/** A mapped node has no outputs of its own: its lists are put together from its items. */
function viewOutputs(base: Base, state: RunState, { spec, outputs }: NodeState): Record<string, ValueView> {
  const names = spec.each ? Object.keys(spec.outputTypes ?? {}) : Object.keys(outputs);
  const values = names.map((name) => [name, outputOf(state, spec.id, name)] as const);
  return Object.fromEntries(values.flatMap(([name, value]) => (value ? [[name, viewValue(base, value)]] : [])));
}

export function viewValue(base: Base, value: Value): ValueView {
  if (value.type === "list") return { ...value, items: value.items.map((item) => viewValue(base, item)) };
  if (value.type === "spilled") return { ...value, url: assetUrl(base, value.ref) };
  return "asset" in value ? { ...value, url: assetUrl(base, value.asset) } : value;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
