import type { Health } from "../../tutti.ts";
import type { RouteFactory } from "../route.ts";
import { aliveSchema, readinessSchema, type Readiness } from "../schemas-catalogue.ts";

export const aliveRoute: RouteFactory = () => ({
  method: "get",
  path: "/healthz",
  operation: {
    id: "isAlive",
    tag: "service",
    summary: "Whether the process lives",
    responses: { 200: { description: "It does", content: { "application/json": aliveSchema } } },
    problems: [],
  },
  handle(_request, response) {
    response.json({ status: "alive" });
  },
});

export const readyRoute: RouteFactory = ({ tutti, closing }) => ({
  method: "get",
  path: "/readyz",
  operation: {
    id: "isReady",
    tag: "service",
    summary: "Whether requests are taken, and which tasks work",
    responses: {
      200: { description: "Requests are taken", content: { "application/json": readinessSchema } },
      503: { description: "No requests are taken now", content: { "application/json": readinessSchema } },
    },
    problems: [],
    example: 'curl "$TUTTI/readyz"',
  },
  async handle(_request, response) {
    const readiness = describe(await tutti.health(), closing.aborted);
    response.status(readiness.ready ? 200 : 503).json(readiness);
  },
});

function describe(health: Health, closing: boolean): Readiness {
  const { accepting, problems, lanes, planner, languageModel, tasks } = health;
  const available = tasks.filter((task) => task.unavailable === undefined);
  const faults = [
    ...(accepting && !closing ? [] : ["The server is draining and takes no new work."]),
    ...problems,
    ...(available.length > 0 ? [] : ["There is no task that anybody can do."]),
  ];
  return {
    ready: faults.length === 0,
    ...(faults.length > 0 && { reason: faults.join(" ") }),
    warnings: warningsOf(health),
    planner,
    languageModel,
    lanes,
    tasks: {
      available: available.map(({ id }) => id),
      unavailable: tasks.flatMap(({ id, unavailable: reason }) => (reason === undefined ? [] : [{ id, reason }])),
    },
  };
}

/** A worker may come later, and do what waited for it: that nobody serves a lane is no reason to take no runs. */
function warningsOf({ lanes, experts }: Health): string[] {
  const wanted = new Set<string>(experts.flatMap(({ card, unavailable }) => (unavailable ? [] : [card.lane])));
  return Object.entries(lanes).flatMap(([lane, { workers, waiting, delayed }]) => {
    const waits = waiting + delayed;
    if (workers > 0 || (waits === 0 && !wanted.has(lane) && lane !== "control")) return [];
    return [`No worker serves the lane ${lane}, where ${waits} wait: start one that does.`];
  });
}
