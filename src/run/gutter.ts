/** Draws a graph in the margin of a list, one row per node: `├─`, `│`, `╰─`. */

export interface GutterRow {
  /** What stands left and right of the node's glyph; the same total length in every row. */
  readonly before: string;
  readonly after: string;
  /** What goes on beneath it, the glyph's place included. */
  readonly below: string;
}

/** Beyond this many lines side by side nobody can follow them. */
const MAX_LANES = 12;

type Edge = { readonly from: string; readonly to: string };

/**
 * Lays nodes out on lanes: a node continues the lane of the first node that it is the last to use, else it takes a
 * free one. Other lanes that lead to it are joined from the side.
 * @param ids in an order in which edges only lead forwards
 */
export function drawGutter(ids: readonly string[], edges: readonly Edge[]): ReadonlyMap<string, GutterRow> {
  const rows = layOut(ids, edges);
  const width = Math.max(0, ...rows.map(({ lanes }) => lanes));
  if (width > MAX_LANES) return new Map(ids.map((id) => [id, { before: "", after: "", below: " " }]));
  const total = Math.max(1, 2 * width - 1);
  return new Map(
    rows.map(({ id, cells, own, below }) => {
      const line = cells.padEnd(total);
      return [id, { before: line.slice(0, 2 * own), after: line.slice(2 * own + 1), below: below.padEnd(total) }];
    }),
  );
}

interface Row {
  readonly id: string;
  readonly cells: string;
  readonly own: number;
  readonly below: string;
  readonly lanes: number;
}

function layOut(ids: readonly string[], edges: readonly Edge[]): Row[] {
  /** Whose line a lane carries. */
  const lanes: (string | undefined)[] = [];
  const consumers = new Map(ids.map((id) => [id, new Set<string>()]));
  for (const { from, to } of edges) consumers.get(from)?.add(to);

  return ids.map((id) => {
    const joined = new Set<number>();
    const ended = new Set<number>();
    for (const [lane, from] of lanes.entries()) {
      const left = from === undefined ? undefined : consumers.get(from);
      if (!left?.delete(id)) continue;
      joined.add(lane);
      if (left.size === 0) ended.add(lane);
    }
    const [first] = ended;
    const free = lanes.indexOf(undefined);
    const own = first ?? (free === -1 ? lanes.length : free);
    const cells = drawRow(lanes, own, joined, ended);
    for (const lane of ended) lanes[lane] = undefined;
    lanes[own] = (consumers.get(id)?.size ?? 0) > 0 ? id : undefined;
    return {
      id,
      cells,
      own,
      below: lanes.map((from) => (from === undefined ? " " : "│")).join(" "),
      lanes: lanes.length,
    };
  });
}

function drawRow(
  lanes: readonly (string | undefined)[],
  own: number,
  joined: ReadonlySet<number>,
  ended: ReadonlySet<number>,
): string {
  const [left, right] = [Math.min(own, ...joined), Math.max(own, ...joined)];
  const cells = Array.from({ length: Math.max(lanes.length, own + 1) }, (_, lane) => {
    const within = lane >= left && lane < right;
    return cellOf(lane) + (within ? "─" : " ");
  });
  return cells.join("").slice(0, -1);

  function cellOf(lane: number): string {
    if (lane === own) return "?";
    if (!joined.has(lane)) {
      if (lanes[lane] !== undefined) return "│";
      return lane > left && lane < right ? "─" : " ";
    }
    if (lane === left) return ended.has(lane) ? "╰" : "├";
    if (lane === right) return ended.has(lane) ? "╯" : "┤";
    return ended.has(lane) ? "┴" : "┼";
  }
}
