/** Where the time of a run went. */
import { edgesOf, nodesInOrder } from "./graph-edges.ts";
import { isSettled, itemsOf, type NodeState, type RunState } from "./state.ts";

/** Milliseconds from first start to end; undefined before the end, and where nothing was started. */
export function durationOf({ startedAt, finishedAt }: NodeState): number | undefined {
  if (startedAt === undefined || finishedAt === undefined) return undefined;
  return Math.max(0, finishedAt - startedAt);
}

/**
 * Ids along the longest chain of dependencies, by the durations of the nodes that have settled: making anything else
 * faster does not make the run faster. After a mapped node stands the item that it waited for last.
 */
export function criticalPath(state: RunState): string[] {
  const sources = Map.groupBy(edgesOf(state), ({ to }) => to);
  const best = new Map<string, { readonly total: number; readonly path: readonly string[] }>();
  let longest: { readonly total: number; readonly path: readonly string[] } = { total: 0, path: [] };
  for (const node of nodesInOrder(state)) {
    if (!isSettled(node)) continue;
    const { id } = node.spec;
    let before: typeof longest = { total: 0, path: [] };
    for (const { from } of sources.get(id) ?? []) {
      const candidate = best.get(from);
      if (candidate && candidate.total > before.total) before = candidate;
    }
    const duration = durationOf(node);
    const reached =
      duration === undefined
        ? before
        : { total: before.total + duration, path: [...before.path, id, ...lastItem(state, node)] };
    best.set(id, reached);
    if (reached.total >= longest.total && reached.total > 0) longest = reached;
  }
  return [...longest.path];
}

function lastItem(state: RunState, { spec }: NodeState): string[] {
  if (!spec.each) return [];
  const ended = itemsOf(state, spec.id).filter((item) => durationOf(item) !== undefined);
  const last = ended.toSorted((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0))[0];
  return last ? [last.spec.id] : [];
}
