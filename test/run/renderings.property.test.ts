/** A sceptic doubts that a picture can be drawn of every state that a run can come to. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { criticalPath } from "../../src/run/critical-path.ts";
import { renderJson } from "../../src/run/render-json.ts";
import { renderMermaid } from "../../src/run/render-mermaid.ts";
import { renderText } from "../../src/run/render-text.ts";
import type { RunState } from "../../src/run/state.ts";
import { scenarios } from "./arbitraries.ts";
import { Simulation } from "./simulator.ts";
import { play, turn } from "./turns.ts";

const scale = Number(process.env["FC_RUNS"] ?? 1);

/** Draws everything; what is drawn must be about all of the nodes, and lead from and to them. */
function draw(state: RunState): void {
  const graph = renderJson(state);
  const ids = graph.nodes.map(({ id }) => id);
  expect(new Set(ids)).toEqual(new Set(state.nodes.keys()));
  expect(graph.edges.filter(({ from, to }) => !ids.includes(from) || !ids.includes(to))).toEqual([]);
  expect(criticalPath(state).filter((id) => !ids.includes(id))).toEqual([]);
  expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
  const position = new Map(ids.map((id, index) => [id, index]));
  expect(graph.edges.filter(({ from, to }) => (position.get(from) ?? 0) >= (position.get(to) ?? 0))).toEqual([]);

  const text = renderText(state, { now: 1000, columns: 100 });
  const words = new Set(text.split(/\s+/));
  const named = graph.nodes.filter(({ index }) => index === undefined).map(({ id }) => id);
  expect(named.filter((id) => !words.has(id))).toEqual([]);
  expect(renderMermaid(state).split("\n").length).toBeGreaterThan(2);
}

describe("the renderings", () => {
  test(
    "never throw, and leave nothing out, whatever state a run has come to",
    { timeout: 60_000 * Math.max(1, scale) },
    () => {
      fc.assert(
        fc.property(scenarios, fc.array(turn, { maxLength: 60, size: "max" }), (scenario, turns) => {
          const simulation = new Simulation(scenario);
          for (const [index, next] of turns.entries()) {
            if (!simulation.finished) play(simulation, next);
            if (index % 6 === 0) draw(simulation.state);
          }
          simulation.finish();
          draw(simulation.state);
          expect(renderJson(simulation.state).nodes.at(-1)).toMatchObject({ id: "answer" });
        }),
        { numRuns: Math.ceil(60 * scale) },
      );
    },
  );
});
