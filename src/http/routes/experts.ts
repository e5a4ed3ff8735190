import type { Request } from "express";
import type { ExpertEntry } from "../../registry/registry.ts";
import { nameOf } from "../../registry/expert-name.ts";
import { asksAdmin } from "../admin.ts";
import { viewExpert } from "../catalogue-view.ts";
import type { Context } from "../context.ts";
import type { RouteFactory } from "../route.ts";
import {
  expertListSchema,
  expertParamsSchema,
  expertsQuerySchema,
  expertViewSchema,
  type ExpertView,
} from "../schemas-catalogue.ts";
import { readWith } from "../zod-faults.ts";
import { TuttiError } from "../../errors.ts";

/** Experts told at once. */
const MOST = 1000;

/** With how their calls went. */
async function viewAll(
  context: Context,
  request: Request,
  entries: readonly ExpertEntry[],
): Promise<readonly ExpertView[]> {
  const merits = await context.tutti.merits(entries.map(({ card }) => card));
  const tellsMessages = asksAdmin(context, request);
  return entries.map((entry) => viewExpert(entry, { measured: merits.get(nameOf(entry.card)), tellsMessages }));
}

export const listExpertsRoute: RouteFactory = (context) => ({
  method: "get",
  path: "/v1/experts",
  operation: {
    id: "listExperts",
    tag: "catalogue",
    summary: "Who can do what, how well, and why somebody can't",
    query: expertsQuerySchema,
    responses: { 200: { description: "Experts", content: { "application/json": expertListSchema } } },
    problems: ["invalid-request"],
    example: 'curl "$TUTTI/v1/experts?task=image-to-text"',
  },
  async handle(request, response) {
    const { task, after, limit = MOST } = readWith(expertsQuerySchema, request.query);
    const all = await context.tutti.experts();
    const wanted = task === undefined ? all : all.filter(({ card }) => card.task === task);
    const begin = after === undefined ? 0 : wanted.findIndex(({ card }) => nameOf(card) === after) + 1;
    if (after !== undefined && begin === 0) {
      throw new TuttiError("invalid-request", `after: there is no ${after} any more; begin again without it`);
    }
    const page = wanted.slice(begin, begin + Number(limit));
    const last = page.at(-1);
    const isEnd = last === undefined || begin + page.length === wanted.length;
    const query = new URLSearchParams({
      ...(task !== undefined && { task }),
      limit: String(limit),
      ...(last && { after: nameOf(last.card) }),
    });
    response.json({
      experts: await viewAll(context, request, page),
      ...(!isEnd && { next: `${context.publicUrl}/v1/experts?${query.toString()}` }),
    });
  },
});

export const getExpertRoute: RouteFactory = (context) => ({
  method: "get",
  path: "/v1/experts/:id",
  operation: {
    id: "getExpert",
    tag: "catalogue",
    summary: "Look at an expert",
    params: expertParamsSchema,
    responses: { 200: { description: "Its newest version", content: { "application/json": expertViewSchema } } },
    problems: ["unknown-expert"],
    example: 'curl "$TUTTI/v1/experts/builtin/pp-ocr-v4"',
  },
  async handle(request, response) {
    const { id } = readWith(expertParamsSchema, request.params);
    const entry = (await context.tutti.experts()).find(
      ({ card }) => card.id === id || `${card.id}@${card.version}` === id,
    );
    if (!entry) throw new TuttiError("unknown-expert", `there is no expert ${id}; GET /v1/experts lists them`);
    const [view] = await viewAll(context, request, [entry]);
    response.json(view);
  },
});
