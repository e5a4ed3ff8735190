/** LangGraph.js on the same graphs: one function for each node, edges that wait for all their sources. */
import { setMaxListeners } from "node:events";
import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { work } from "./bare.ts";
import type { Contender } from "./contender.ts";
import type { BenchGraph } from "./graphs.ts";

/** Steps that LangGraph.js may take; its own default of 25 is less than the deepest graph needs. */
const RECURSION_LIMIT = 1000;

const State = Annotation.Root({
  done: Annotation<readonly string[]>({ reducer: (left, right) => [...left, ...right], default: () => [] }),
});

/** Graphs are compiled before they are measured. */
export function createLangGraphContender(): Contender {
  // LangGraph.js warns of itself where more than ten nodes run at once.
  setMaxListeners(0);
  const compiled = new Map<BenchGraph, ReturnType<typeof compile>>();
  return {
    name: "LangGraph.js",
    async run(graph) {
      const app = compiled.get(graph) ?? compile(graph);
      compiled.set(graph, app);
      const started = performance.now();
      const { done } = await app.invoke({ done: [] }, { recursionLimit: RECURSION_LIMIT });
      const took = performance.now() - started;
      if (done.length !== graph.nodes.length) throw new Error(`LangGraph.js ran ${done.length} nodes of ${graph.name}`);
      return { graphMs: took, wholeMs: took };
    },
    close: () => Promise.resolve(),
  };
}

function compile({ nodes }: BenchGraph) {
  const perform = nodes.map(({ id, ms }) => {
    const action = async (): Promise<{ done: string[] }> => {
      await work(ms);
      return { done: [id] };
    };
    return [id, action] as const;
  });
  const graph = new StateGraph(State).addNode(Object.fromEntries(perform));
  const needed = new Set(nodes.flatMap(({ after }) => after));
  for (const { id, after } of nodes) {
    if (after.length === 0) graph.addEdge(START, id);
    else graph.addEdge([...after], id);
    if (!needed.has(id)) graph.addEdge(id, END);
  }
  return graph.compile();
}
