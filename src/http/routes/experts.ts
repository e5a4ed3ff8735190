import { viewExpert } from "../catalogue-view.ts";
import type { RouteFactory } from "../route.ts";
import { expertListSchema } from "../schemas-catalogue.ts";

export const listExpertsRoute: RouteFactory = ({ tutti }) => ({
  method: "get",
  path: "/v1/experts",
  operation: {
    id: "listExperts",
    tag: "catalogue",
    summary: "Who can do what, how well, and why somebody can't",
    responses: { 200: { description: "All experts", content: { "application/json": expertListSchema } } },
    problems: [],
    example: 'curl "$TUTTI/v1/experts"',
  },
  async handle(_request, response) {
    const { experts } = await tutti.health();
    response.json({ experts: experts.map(viewExpert) });
  },
});
