/** A run as a Mermaid flowchart, for READMEs, notebooks and the browser. */
import { durationOf } from "./critical-path.ts";
import { expertOf, glyphs, seconds } from "./describe-node.ts";
import { nodeStatuses, type NodeKind, type NodeStatus } from "./events.ts";
import { edgesOf, nodesInOrder, type GraphEdge } from "./graph-edges.ts";
import { previewCondition, printable } from "./render-value.ts";
import { itemsOf, type NodeState, type RunState } from "./state.ts";

/** A mapped node with more items than this shows their number only. */
const MAX_ITEMS = 12;

const styles: Readonly<Record<NodeStatus, string>> = {
  waiting: "fill:#f4f4f4,stroke:#999,color:#333",
  ready: "fill:#e3f2fd,stroke:#1e88e5,color:#0d2b45",
  running: "fill:#bbdefb,stroke:#1565c0,color:#0d2b45",
  succeeded: "fill:#dcf5dc,stroke:#2e7d32,color:#12330f",
  failed: "fill:#fbdada,stroke:#c62828,color:#4a0d0d",
  skipped: "fill:#fff6d6,stroke:#c79a00,color:#4a3900",
  canceled: "fill:#e0e0e0,stroke:#616161,color:#333",
};

const shapes: Readonly<Record<NodeKind | "map", readonly [open: string, close: string]>> = {
  plan: ["{{", "}}"],
  task: ["[", "]"],
  map: ["[[", "]]"],
  fuse: ["([", "])"],
};

/**
 * Draws the graph: data as labelled arrows, order as dashed ones, conditions as dashed ones that say `when`.
 * Nodes are called n0, n1, ... and labels are escaped: nothing that a plan or a model wrote is ever Mermaid or HTML.
 */
export function renderMermaid(state: RunState): string {
  const nodes = nodesInOrder(state).flatMap((node) => {
    const items = itemsOf(state, node.spec.id);
    return items.length <= MAX_ITEMS ? [node, ...items] : [node];
  });
  const names = new Map(nodes.map(({ spec }, index) => [spec.id, `n${index}`]));
  const edges = edgesOf(state).flatMap((edge) => {
    const [from, to] = [names.get(edge.from), names.get(edge.to)];
    return from && to ? [`${from} ${arrow(edge, state)} ${to}`] : [];
  });
  const used = nodeStatuses.filter((status) => nodes.some((node) => node.status === status));
  const lines = [
    ...nodes.map((node) => `${names.get(node.spec.id)}${box(state, node)}:::${node.status}`),
    ...edges,
    ...used.map((status) => `classDef ${status} ${styles[status]}`),
  ];
  return ["flowchart TD", ...lines.map((line) => `  ${line}`)].join("\n");
}

function box(state: RunState, node: NodeState): string {
  const { kind, each, item } = node.spec;
  const [open, close] = shapes[each ? "map" : kind];
  const title = item ? [`item ${item.index}`] : [titleOf(node), ...(each ? [countItems(state, node)] : [])];
  const duration = durationOf(node);
  const about = [expertOf(node), ...(duration === undefined ? [] : [seconds(duration)])].filter((part) => part !== "");
  const lines = [title.join(", "), `${glyphs[node.status]} ${about.join(", ")}`];
  return `${open}"${lines.map((line) => escape(line.trim())).join("<br/>")}"${close}`;
}

function titleOf({ spec: { id, task } }: NodeState): string {
  return task === id ? id : `${id}: ${printable(task, 40)}`;
}

function countItems(state: RunState, { spec, width }: NodeState): string {
  if (width === undefined) return "for each";
  const done = itemsOf(state, spec.id).filter(({ status }) => status === "succeeded").length;
  return `${done} of ${width} items`;
}

function arrow({ kind, output = "", to }: GraphEdge, state: RunState): string {
  switch (kind) {
    case "order":
      return "-.->";
    case "item":
      return "---";
    case "data":
      return `-->|"${escape(printable(output, 40))}"|`;
    case "condition": {
      const when = state.nodes.get(to)?.spec.when;
      return `-.->|"${escape(`when ${when ? previewCondition(when) : output}`)}"|`;
    }
  }
}

/** Everything but letters, digits and a few harmless signs becomes an entity, in Mermaid's way of writing them. */
function escape(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} .,:_?·○●✓✗↷⊘…-]/gu, (character) => `#${character.codePointAt(0)};`);
}
