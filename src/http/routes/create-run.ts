import { isFinished } from "../../run/state.ts";
import { clientSignal } from "../client-signal.ts";
import { runUrl } from "../links.ts";
import { readRunRequest } from "../read-run-request.ts";
import type { RouteFactory } from "../route.ts";
import { viewRun } from "../run-view.ts";
import { runBodySchema, runFormSchema, runHeadersSchema, waitQuerySchema } from "../schemas-request.ts";
import { runViewSchema } from "../schemas-run.ts";
import { readWith } from "../zod-faults.ts";

export const createRunRoute: RouteFactory = (context) => ({
  method: "post",
  path: "/v1/runs",
  operation: {
    id: "createRun",
    tag: "runs",
    summary: "Ask for something",
    description:
      "Once it is answered, the run is on disk and will end. Send JSON, or a form with the request in plain words and any number of files.",
    query: waitQuerySchema,
    headers: runHeadersSchema,
    body: {
      description: "What is wanted",
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
      202: {
        description: "Accepted, and not ended yet",
        content: { "application/json": runViewSchema },
        headers: { Location: "The run" },
      },
      200: {
        description: "Ended: within `wait`, or already before where the idempotency key was used",
        content: { "application/json": runViewSchema },
        headers: { Location: "The run" },
      },
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
      "idempotency-mismatch",
      "conflict",
      "overloaded",
      "unavailable",
      "shutting-down",
    ],
    example: 'curl "$TUTTI/v1/runs?wait=60" -F request="How many people are in the photo?" -F photo=@photo.jpg',
  },
  async handle(request, response) {
    const query = readWith(waitQuerySchema, request.query);
    const headers = readWith(runHeadersSchema, request.headers);
    const { tenant } = response.locals;
    const runRequest = await readRunRequest(context, request, response);
    const state = await context.tutti.submit(runRequest, { tenant, idempotencyKey: headers["idempotency-key"] });

    const seconds = Number(query.wait ?? 0);
    const report =
      seconds > 0 && !isFinished(state)
        ? await context.tutti.wait(tenant, state.runId, clientSignal(context, response, seconds * 1000))
        : { state };
    if (response.destroyed) return;
    response
      .status(isFinished(report.state) ? 200 : 202)
      .location(runUrl(context, state.runId))
      .json(viewRun(context, report));
  },
});
