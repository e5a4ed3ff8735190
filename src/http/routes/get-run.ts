import type { RouteFactory } from "../route.ts";
import { viewRun } from "../run-view.ts";
import { isFinished } from "../../run/state.ts";
import { clientSignal } from "../client-signal.ts";
import { runParamsSchema, waitQuerySchema } from "../schemas-request.ts";
import { runViewSchema } from "../schemas-run.ts";
import { readWith } from "../zod-faults.ts";

export const getRunRoute: RouteFactory = (context) => ({
  method: "get",
  path: "/v1/runs/:id",
  operation: {
    id: "getRun",
    tag: "runs",
    summary: "Look at a run",
    description: "Its steps with what went in and came out, and, once it has ended, the answer.",
    params: runParamsSchema,
    query: waitQuerySchema,
    responses: { 200: { description: "The run as it stands", content: { "application/json": runViewSchema } } },
    problems: ["invalid-request", "unknown-run"],
    example: 'curl "$TUTTI/v1/runs/$RUN?wait=60"',
  },
  async handle(request, response) {
    const { id } = readWith(runParamsSchema, request.params);
    const seconds = Number(readWith(waitQuerySchema, request.query).wait ?? 0);
    const { tenant } = response.locals;
    let report = await context.tutti.run(tenant, id);
    if (seconds > 0 && !isFinished(report.state)) {
      report = await context.tutti.wait(tenant, id, clientSignal(context, response, seconds * 1000));
    }
    if (!response.destroyed) response.json(viewRun(context, report));
  },
});
