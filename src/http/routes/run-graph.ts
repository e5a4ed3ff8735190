import { z } from "zod";
import { renderJson } from "../../run/render-json.ts";
import { renderMermaid } from "../../run/render-mermaid.ts";
import { renderText } from "../../run/render-text.ts";
import type { RouteFactory } from "../route.ts";
import { graphFormats, graphQuerySchema, runParamsSchema } from "../schemas-request.ts";
import { graphSchema } from "../schemas-graph.ts";
import { readWith } from "../zod-faults.ts";

/** In the order of `graphFormats`. */
const mediaTypes = ["text/plain", "text/vnd.mermaid", "application/json"];

export const runGraphRoute: RouteFactory = (context) => ({
  method: "get",
  path: "/v1/runs/:id/graph",
  operation: {
    id: "drawRun",
    tag: "runs",
    summary: "Draw a run",
    params: runParamsSchema,
    query: graphQuerySchema,
    responses: {
      200: {
        description: "The graph as it stands",
        content: { "text/plain": z.string(), "text/vnd.mermaid": z.string(), "application/json": graphSchema },
      },
    },
    problems: ["invalid-request", "unknown-run"],
    example: 'curl "$TUTTI/v1/runs/$RUN/graph"',
  },
  async handle(request, response) {
    const { id } = readWith(runParamsSchema, request.params);
    const preferred = mediaTypes.indexOf(request.accepts(mediaTypes) || "text/plain");
    const format = readWith(graphQuerySchema, request.query).format ?? graphFormats[preferred] ?? "text";
    const { state } = await context.tutti.run(response.locals.tenant, id);
    response.vary("Accept");
    if (format === "json") response.json(renderJson(state));
    else if (format === "mermaid") response.type("text/vnd.mermaid; charset=utf-8").send(`${renderMermaid(state)}\n`);
    else response.type("text/plain").send(`${renderText(state, { now: Date.now() })}\n`);
  },
});
