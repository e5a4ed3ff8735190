/** The interface as OpenAPI 3.1, from the very routes that are served and the schemas that they read with. */
import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  zodToOpenAPIRegistry,
  type ResponseConfig,
  type RouteConfig,
  type ZodMediaTypeObject,
} from "@asteasolutions/zod-to-openapi";
import { z } from "zod";
import { namedSchemas } from "./named-schemas.ts";
import { passingStatuses, problemSchema, problemStatus, problemTitles, type ProblemCode } from "./problem.ts";
import type { Content, FormContent, ResponseSpec, Route } from "./route.ts";

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31["generateDocument"]>;

export function createOpenApi(routes: readonly Route[], publicUrl: string): OpenApiDocument {
  // Named schemas are referred to; only so can those be written down that hold themselves.
  for (const [refId, schema] of Object.entries(namedSchemas))
    zodToOpenAPIRegistry.add(schema, { _internal: { refId } });
  const registry = new OpenAPIRegistry();
  for (const route of routes) registry.registerPath(describeRoute(route));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: "3.1.0",
    info: {
      title: "Tutti",
      version: "1",
      description:
        "One endpoint over many expert models: a request in words, pictures, sound or documents is planned as a graph of tasks, run, and answered with citations. Faults are problem+json (RFC 9457) with a stable `code`.",
    },
    servers: [{ url: publicUrl === "" ? "/" : publicUrl }],
    tags: [
      { name: "runs", description: "Ask, watch, read the answer" },
      { name: "assets", description: "Files that go in and come out" },
      { name: "catalogue", description: "What can be done, and who does it" },
      { name: "service", description: "The server itself" },
    ],
  });
}

function describeRoute({ method, path, operation }: Route): RouteConfig {
  const { id, tag, summary, description, params, query, headers, body, responses, problems, example } = operation;
  return {
    method,
    path: path.replaceAll(/:(\w+)/g, "{$1}"),
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(example !== undefined && { "x-codeSamples": [{ lang: "Shell", source: example }] }),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(headers && { headers }),
      ...(body && {
        body: { description: body.description, required: body.required, content: describeContent(body.content) },
      }),
    },
    responses: {
      ...Object.fromEntries(Object.entries(responses).map(([status, spec]) => [status, describeResponse(spec)])),
      ...describeProblems(problems, responses),
    },
  };
}

function describeResponse({ description, content, headers = {} }: ResponseSpec): ResponseConfig {
  const named = Object.entries(headers).map(([name, meaning]) => [
    name,
    { description: meaning, schema: { type: "string" as const } },
  ]);
  return {
    description,
    ...(content && { content: describeContent(content) }),
    ...(named.length > 0 && { headers: Object.fromEntries(named) }),
  };
}

/** Several codes may share a status. Everything can fail by a defect. */
function describeProblems(
  problems: readonly ProblemCode[],
  responses: Readonly<Record<number, ResponseSpec>>,
): Record<string, ResponseConfig> {
  const codes = Map.groupBy([...problems, "internal"] satisfies ProblemCode[], (code) => problemStatus[code]);
  const described = [...codes].filter(([status]) => !(status in responses));
  return Object.fromEntries(
    described.map(([status, ofStatus]) => {
      const description = ofStatus.map((code) => `\`${code}\`: ${problemTitles[code]}`).join("\n\n");
      const headers = passingStatuses.has(status) ? { "Retry-After": "Seconds after which it may work" } : {};
      return [
        String(status),
        describeResponse({ description, content: { "application/problem+json": problemSchema }, headers }),
      ];
    }),
  );
}

function describeContent(content: Content): Record<string, ZodMediaTypeObject> {
  return Object.fromEntries(Object.entries(content).map(([type, body]) => [type, describeBody(body)]));
}

function describeBody(body: z.ZodType | "bytes" | FormContent): ZodMediaTypeObject {
  if (body === "bytes") return { schema: { type: "string", format: "binary" } };
  if (body instanceof z.ZodType) return { schema: body };
  const files = z.union([fileSchema, z.array(fileSchema)]).meta({ description: body.files });
  return { schema: z.object(body.fields.shape).catchall(files) };
}

const fileSchema = z.string().meta({ format: "binary" });
