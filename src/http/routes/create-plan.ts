import { readRunRequest } from "../read-run-request.ts";
import type { RouteFactory } from "../route.ts";
import { runBodySchema, runFormSchema } from "../schemas-request.ts";
import { planViewSchema, type PlanView } from "../schemas-run.ts";

export const createPlanRoute: RouteFactory = (context) => ({
  method: "post",
  path: "/v1/plans",
  operation: {
    id: "createPlan",
    tag: "runs",
    summary: "Plan without running",
    description: "The nodes, edited or not, can be sent as the `plan` of a run.",
    body: {
      description: "What is wanted, as for a run",
      required: true,
      content: {
        "application/json": runBodySchema,
        "multipart/form-data": {
          fields: runFormSchema,
          files: "Files that the request is about, under any other name",
        },
      },
    },
    responses: {
      200: { description: "The plan, and what is wrong with it", content: { "application/json": planViewSchema } },
    },
    problems: [
      "invalid-request",
      "cross-site",
      "unknown-asset",
      "too-large",
      "unsupported-media",
      "url-refused",
      "fetch-failed",
      "invalid-plan",
      "not-understood",
      "shutting-down",
    ],
    example: `curl "$TUTTI/v1/plans" -F request="Read the note aloud" -F note=@note.png`,
  },
  async handle(request, response) {
    const runRequest = await readRunRequest(context, request, response);
    const plan = await context.tutti.plan(runRequest, { tenant: response.locals.tenant });
    const view: PlanView = {
      planner: plan.planner,
      nodes: [...plan.nodes],
      problems: plan.problems.map(({ nodeId, code, message }) => ({ nodeId, code, message })),
      notes: [...plan.notes],
    };
    response.json(view);
  },
});
