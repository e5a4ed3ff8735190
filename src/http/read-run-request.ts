/** From what a client posts, JSON or a form, to a request in its normal form. */
import type { Request, Response } from "express";
import { TuttiError } from "../errors.ts";
import type { RunRequest } from "../run/request.ts";
import { clientSignal } from "./client-signal.ts";
import type { Context } from "./context.ts";
import { normalise } from "./normalise-request.ts";
import { readForm } from "./read-form.ts";
import { isJson, parseJson, readJson } from "./read-json.ts";
import { runBodySchema, runFormSchema, type RunBody } from "./schemas-request.ts";
import type { NamedAsset } from "./upload.ts";
import { readWith } from "./zod-faults.ts";

interface Received {
  readonly body: RunBody;
  readonly files: readonly NamedAsset[];
}

/** @throws TuttiError for whatever is wrong with the body; every code of it is a 4xx */
export async function readRunRequest(context: Context, request: Request, response: Response): Promise<RunRequest> {
  const { body, files } = await receive(context, request, response);
  return normalise(context, response.locals.tenant, body, files, clientSignal(context, response));
}

async function receive(context: Context, request: Request, response: Response): Promise<Received> {
  if (isJson(request)) {
    return { body: readWith(runBodySchema, await readJson(context, request, response)), files: [] };
  }
  if (request.is("multipart/form-data")) {
    const { fields, files } = await readForm(context, request, response);
    return { body: readFields(fields), files };
  }
  const given = request.get("content-type");
  const message = `Send application/json or multipart/form-data, not ${given ?? "a body without Content-Type"}.`;
  throw new TuttiError("unsupported-media", message);
}

function readFields(fields: unknown): RunBody {
  const { request, messages, options, plan } = readWith(runFormSchema, { ...asRecord(fields) });
  if (request !== undefined && messages !== undefined) {
    throw new TuttiError(
      "invalid-request",
      "A form has either `request` (plain words) or `messages` (JSON), not both.",
    );
  }
  return readWith(runBodySchema, {
    messages: messages === undefined ? [{ role: "user", content: request ?? "" }] : parseJson(messages, "messages"),
    ...(options !== undefined && { options: parseJson(options, "options") }),
    ...(plan !== undefined && { plan: parseJson(plan, "plan") }),
  });
}

function asRecord(fields: unknown): object {
  return typeof fields === "object" && fields !== null ? fields : {};
}
