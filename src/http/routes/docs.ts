import { createHash } from "node:crypto";
import { z } from "zod";
import type { Context } from "../context.ts";
import { renderDocs } from "../docs/page.ts";
import { docsStyle } from "../docs/style.ts";
import { createOpenApi, type OpenApiDocument } from "../openapi.ts";
import type { Route } from "../route.ts";

/** The document can only be made once all routes are known, and is made when it is first asked for. */
export function docsRoutes({ publicUrl }: Context, routes: () => readonly Route[]): Route[] {
  let made: OpenApiDocument | undefined;
  const document = (): OpenApiDocument => (made ??= createOpenApi(routes(), publicUrl));
  const styleHash = createHash("sha256").update(docsStyle).digest("base64");

  return [
    {
      method: "get",
      path: "/openapi.json",
      operation: {
        id: "openapi",
        tag: "service",
        summary: "This interface as OpenAPI 3.1",
        responses: {
          200: { description: "The document", content: { "application/json": z.record(z.string(), z.unknown()) } },
        },
        problems: [],
        example: 'curl "$TUTTI/openapi.json"',
      },
      handle(_request, response) {
        response.json(document());
      },
    },
    {
      method: "get",
      path: "/docs",
      operation: {
        id: "docs",
        tag: "service",
        summary: "This interface for reading",
        responses: { 200: { description: "A page", content: { "text/html": z.string() } } },
        problems: [],
      },
      handle(_request, response) {
        response.set("Content-Security-Policy", `default-src 'none'; style-src 'sha256-${styleHash}'`);
        response.type("html").send(renderDocs(document()));
      },
    },
  ];
}
