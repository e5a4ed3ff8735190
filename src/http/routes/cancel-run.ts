import { isJson, readJson } from "../read-json.ts";
import type { RouteFactory } from "../route.ts";
import { viewRun } from "../run-view.ts";
import { cancelBodySchema, runParamsSchema } from "../schemas-request.ts";
import { runViewSchema } from "../schemas-run.ts";
import { readWith } from "../zod-faults.ts";

export const cancelRunRoute: RouteFactory = (context) => ({
  method: "post",
  path: "/v1/runs/:id/cancel",
  operation: {
    id: "cancelRun",
    tag: "runs",
    summary: "Cancel a run",
    description: "Steps that run are stopped, what is finished stays. Canceling a run that has ended changes nothing.",
    params: runParamsSchema,
    body: {
      description: "Why, if somebody should read it later",
      required: false,
      content: { "application/json": cancelBodySchema },
    },
    responses: { 200: { description: "The run", content: { "application/json": runViewSchema } } },
    problems: ["invalid-request", "cross-site", "unknown-run", "too-large", "conflict"],
    example: 'curl -X POST "$TUTTI/v1/runs/$RUN/cancel"',
  },
  async handle(request, response) {
    const { id } = readWith(runParamsSchema, request.params);
    const body = isJson(request) ? await readJson(context, request, response) : undefined;
    const { reason } = readWith(cancelBodySchema, body ?? {});
    const state = await context.tutti.cancel(response.locals.tenant, id, reason ?? "canceled over HTTP");
    response.json(viewRun(context, { state }));
  },
});
