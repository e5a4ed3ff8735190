import { z } from "zod";
import type { RouteFactory } from "../route.ts";
import { indexSchema } from "../schemas-catalogue.ts";

const about = "One endpoint over many expert models.";

const places = {
  docs: ["/docs", "what can be asked for, and how"],
  openapi: ["/openapi.json", "the same for programs"],
  tasks: ["/v1/tasks", "what can be done"],
  experts: ["/v1/experts", "who does it"],
  runs: ["/v1/runs", "what was asked; POST to ask"],
  ready: ["/readyz", "what works here, and what doesn't"],
} as const;

export const indexRoute: RouteFactory = ({ publicUrl }) => ({
  method: "get",
  path: "/",
  operation: {
    id: "index",
    tag: "service",
    summary: "Where to look",
    responses: {
      200: { description: "Links", content: { "text/plain": z.string(), "application/json": indexSchema } },
    },
    problems: [],
    example: 'curl "$TUTTI/"',
  },
  handle(request, response) {
    response.vary("Accept");
    const entries = Object.entries(places);
    if (request.accepts(["text/plain", "application/json"]) === "application/json") {
      const links = Object.fromEntries(entries.map(([name, [path]]) => [name, `${publicUrl}${path}`]));
      response.json({ name: "tutti", about, links });
      return;
    }
    const lines = entries.map(([, [path, meaning]]) => `  ${path.padEnd(15)} ${meaning}\n`);
    response.type("text/plain").send(`tutti: ${about}\n\n${lines.join("")}`);
  },
});
