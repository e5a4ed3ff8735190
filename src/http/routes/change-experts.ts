/** Experts come and go over HTTP; only an admin may. */
import type { Request } from "express";
import { TuttiError } from "../../errors.ts";
import { registrationSchema } from "../../registry/registration.ts";
import type { RegisterOptions } from "../../tutti.ts";
import { admitAdmin } from "../admin.ts";
import { viewExpert } from "../catalogue-view.ts";
import { readJson } from "../read-json.ts";
import type { ProblemCode } from "../problem.ts";
import type { RouteFactory } from "../route.ts";
import { checkViewSchema, expertParamsSchema, expertViewSchema, registerQuerySchema } from "../schemas-catalogue.ts";
import { readWith } from "../zod-faults.ts";

/** What comes in here can be changed here. */
const SOURCE = "api";

const problems: readonly ProblemCode[] = ["invalid-request", "cross-site", "unauthorized", "forbidden", "too-large"];
const body = {
  description: "The expert: what it does, and how it is reached",
  required: true,
  content: { "application/json": registrationSchema },
} as const;
const EXAMPLE = `'{"id":"acme/receipt-ocr","task":"optical-character-recognition","title":"Receipts","provider":"http","settings":{"url":"'$OCR_URL'"}}'`;

/** @throws TuttiError `invalid-request` */
function readTaking({ query }: Request): Pick<RegisterOptions, "unverified" | "trial"> {
  const { unverified, trial } = readWith(registerQuerySchema, query);
  return { unverified: unverified === "true", trial: trial !== "false" };
}

export const createExpertRoute: RouteFactory = (context) => ({
  method: "post",
  path: "/v1/experts",
  operation: {
    id: "createExpert",
    tag: "catalogue",
    summary: "Register an expert",
    description:
      "It is tried with the sample, or with one made up; where that goes well, all processes use it from then on. A new version of an expert that is there takes over, or takes a `share` of the calls.",
    query: registerQuerySchema,
    body,
    responses: {
      201: {
        description: "It was taken",
        content: { "application/json": expertViewSchema },
        headers: { Location: "Where it is" },
      },
    },
    problems: [...problems, "expert-exists", "trial-failed", "conflict", "shutting-down"],
    example: `curl "$TUTTI/v1/experts" -H "content-type: application/json" -d ${EXAMPLE}`,
  },
  async handle(request, response) {
    if (!admitAdmin(context, request, response)) return;
    const given = await readJson(context, request, response);
    const options = { source: SOURCE, ...readTaking(request) };
    const entry = await context.tutti.registerExpert(given, options);
    response.status(201).set("Location", `${context.publicUrl}/v1/experts/${entry.card.id}`).json(viewExpert(entry));
  },
});

export const replaceExpertRoute: RouteFactory = (context) => ({
  method: "put",
  path: "/v1/experts/:id",
  operation: {
    id: "replaceExpert",
    tag: "catalogue",
    summary: "Change an expert, or register it",
    description:
      "Of the version that is named, the settings are replaced; secrets that are left out stay as they are. While it is tried, it takes no new steps: raise the version to change it without a pause.",
    params: expertParamsSchema,
    query: registerQuerySchema,
    body,
    responses: { 200: { description: "It was taken", content: { "application/json": expertViewSchema } } },
    problems: [...problems, "trial-failed", "conflict", "shutting-down"],
  },
  async handle(request, response) {
    if (!admitAdmin(context, request, response)) return;
    const { id } = readWith(expertParamsSchema, request.params);
    const given = await readJson(context, request, response);
    if (typeof given !== "object" || given === null) throw new TuttiError("invalid-request", "the body is no object");
    if ("id" in given && given.id !== id) {
      throw new TuttiError("invalid-request", `id: the path says ${id}; leave it out, or say the same`);
    }
    const options = { source: SOURCE, replace: true, ...readTaking(request) };
    response.json(viewExpert(await context.tutti.registerExpert({ ...given, id }, options)));
  },
});

export const removeExpertRoute: RouteFactory = (context) => ({
  method: "delete",
  path: "/v1/experts/:id",
  operation: {
    id: "removeExpert",
    tag: "catalogue",
    summary: "Take an expert out",
    description: "Steps that are under way may end with it. `id@version` takes one version out, `id` all.",
    params: expertParamsSchema,
    responses: { 204: { description: "It takes nothing new" } },
    problems: [...problems, "unknown-expert", "conflict"],
    example: 'curl -X DELETE "$TUTTI/v1/experts/acme/receipt-ocr"',
  },
  async handle(request, response) {
    if (!admitAdmin(context, request, response)) return;
    const { id } = readWith(expertParamsSchema, request.params);
    await context.tutti.removeExpert(id, { source: SOURCE });
    response.status(204).end();
  },
});

export const checkExpertRoute: RouteFactory = (context) => ({
  method: "post",
  path: "/v1/experts/:id/check",
  operation: {
    id: "checkExpert",
    tag: "catalogue",
    summary: "Try an expert",
    description: "Makes a trial call. `ok` says how it went; the status of the response does not.",
    params: expertParamsSchema,
    responses: { 200: { description: "How it went", content: { "application/json": checkViewSchema } } },
    problems: [...problems, "unknown-expert", "conflict", "shutting-down"],
    example: 'curl -X POST "$TUTTI/v1/experts/builtin/pp-ocr-v4/check"',
  },
  async handle(request, response) {
    if (!admitAdmin(context, request, response)) return;
    const { id } = readWith(expertParamsSchema, request.params);
    const { at, ...report } = await context.tutti.checkExpert(id);
    response.json({ ...report, at: new Date(at).toISOString() });
  },
});
