import { runUrl } from "../links.ts";
import type { RouteFactory } from "../route.ts";
import { listQuerySchema } from "../schemas-request.ts";
import { runListSchema, type RunList } from "../schemas-run.ts";
import { readWith } from "../zod-faults.ts";

export const listRunsRoute: RouteFactory = (context) => ({
  method: "get",
  path: "/v1/runs",
  operation: {
    id: "listRuns",
    tag: "runs",
    summary: "List runs, newest first",
    query: listQuerySchema,
    responses: { 200: { description: "Runs", content: { "application/json": runListSchema } } },
    problems: ["invalid-request"],
    example: 'curl "$TUTTI/v1/runs?limit=10"',
  },
  async handle(request, response) {
    const query = readWith(listQuerySchema, request.query);
    const limit = Number(query.limit ?? 50);
    const heads = await context.tutti.runs(response.locals.tenant, {
      limit,
      ...(query.before !== undefined && { createdBefore: Date.parse(query.before) }),
    });
    const runs = heads.map(({ runId, status, title, createdAt, finishedAt, deadlineAt }) => ({
      id: runId,
      status,
      title,
      createdAt: new Date(createdAt).toISOString(),
      ...(finishedAt !== undefined && { finishedAt: new Date(finishedAt).toISOString() }),
      deadlineAt: new Date(deadlineAt).toISOString(),
      url: runUrl(context, runId),
    }));
    const oldest = runs.at(-1);
    const next = `${context.publicUrl}/v1/runs?limit=${limit}&before=${oldest?.createdAt}`;
    const list: RunList = { runs, ...(oldest && runs.length === limit && { next }) };
    response.json(list);
  },
});
