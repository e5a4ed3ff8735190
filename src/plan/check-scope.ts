/** What a node's bindings are checked against: the catalogue, the nodes and assets there are, and their types. */
import type { TaskSpec } from "../registry/task-spec.ts";
import { dependenciesOf, type PlanNode } from "../run/plan-node.ts";
import { fits, sameType, type ValueType } from "../run/value.ts";
import type { PlanAsset, PlanContext } from "./check-problem.ts";

export interface Scope {
  readonly context: PlanContext;
  readonly tasks: ReadonlyMap<string, TaskSpec>;
  readonly assets: ReadonlyMap<string, PlanAsset>;
  /** Well-formed nodes by id, in plan order; the first of several that share an id. */
  readonly nodes: ReadonlyMap<string, PlanNode>;
  /** Ids of malformed nodes: they are there, so that who refers to them is not at fault as well. */
  readonly unreadable: ReadonlySet<string>;
}

export function createScope(
  context: PlanContext,
  nodes: readonly PlanNode[],
  unreadable: readonly string[] = [],
): Scope {
  const byId = new Map<string, PlanNode>();
  for (const node of nodes) if (!byId.has(node.id)) byId.set(node.id, node);
  return {
    context,
    tasks: new Map(context.tasks.map((task) => [task.id, task])),
    assets: new Map(context.assets.map((asset) => [asset.asset, asset])),
    nodes: byId,
    unreadable: new Set(unreadable),
  };
}

/** Own properties only: a plan may well speak of an output named `constructor`. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Types of a node's outputs; a mapped node gives a list of each. Undefined where its task is unknown. */
export function outputTypes(scope: Scope, node: PlanNode): [name: string, type: ValueType][] | undefined {
  const task = scope.tasks.get(node.task);
  return (
    task &&
    Object.entries(task.outputs).map(([name, { type }]): [string, ValueType] => [
      name,
      node.each ? { list: type } : type,
    ])
  );
}

/** Number of items of a list that the plan itself spells out for a map; undefined where only the run can tell. */
export function spelledWidth(node: PlanNode): number | undefined {
  const over = node.each?.over;
  if (!over) return undefined;
  if ("list" in over) return over.list.length;
  return "value" in over && over.value.type === "list" ? over.value.items.length : undefined;
}

export function assetLabel(asset: PlanAsset): string {
  return asset.handle ?? asset.name ?? `${asset.asset.slice(0, 12)}...`;
}

/** For what a planner invented, or calls by its handle where the id is wanted. */
export function unknownAsset(id: string, label: string, scope: Scope): string {
  const known = [...scope.assets.values()].map(assetLabel).join(", ");
  const called = id.length > 20 ? `${id.slice(0, 12)}...` : id;
  return `${label} uses asset ${called}, but this request has ${known || "no assets"}`;
}

/** `a`, `a or b`, `a, b or c`. */
function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

export interface Wanted {
  readonly accepts: (type: ValueType) => boolean;
  /** Ranks an exact match before one that merely fits, as anything does where json is wanted. */
  readonly exact?: (type: ValueType) => boolean;
  /** Whether an asset may stand here. @default true */
  readonly assets?: boolean;
  /** The node that was referred to: the mistake is most often only in the output's name. */
  readonly near?: string | undefined;
  /** Put first: mends that only the caller can know of, such as one item of the list that was given. */
  readonly first?: readonly string[];
}

export function wantedType(type: ValueType): Wanted {
  return { accepts: (given) => fits(given, type), exact: (given) => sameType(given, type) };
}

const MOST_SUGGESTIONS = 3;

/** `; t2.text or image-1 would fit`: what `node` could use instead, without making it wait for itself. */
export function wouldFit(scope: Scope, node: PlanNode, wanted: Wanted): string {
  const { accepts, exact = accepts, near, first = [] } = wanted;
  const later = descendants(scope, node.id);
  const usable = [...scope.nodes.values()].filter(({ id }) => !later.has(id));
  const nodes = [...usable.filter(({ id }) => id === near), ...usable.filter(({ id }) => id !== near)];
  const outputs = nodes.flatMap((other) =>
    (outputTypes(scope, other) ?? []).map(([name, type]) => ({ label: `${other.id}.${name}`, type })),
  );
  const assets =
    wanted.assets === false
      ? []
      : [...scope.assets.values()].map((asset) => ({ label: assetLabel(asset), type: asset.type }));
  const fitting = [...outputs, ...assets].filter(({ type }) => accepts(type));
  const ranked = [...fitting.filter(({ type }) => exact(type)), ...fitting.filter(({ type }) => !exact(type))];
  const labels = [...new Set([...first, ...ranked.map(({ label }) => label)])].slice(0, MOST_SUGGESTIONS);
  return labels.length > 0 ? `; ${alternatives(labels)} would fit` : "; no output of this plan fits";
}

/** The node itself and all that directly or indirectly wait for it. */
function descendants(scope: Scope, id: string): Set<string> {
  const found = new Set([id]);
  // A set's iteration visits what is added meanwhile, so this walks the graph breadth first.
  for (const current of found) {
    for (const other of scope.nodes.values()) if (dependenciesOf(other).includes(current)) found.add(other.id);
  }
  return found;
}
