/** Turns whatever a route threw into a problem. */
import type { ErrorRequestHandler, Response } from "express";
import { z } from "zod";
import { TuttiError, asTuttiError, type ErrorCode } from "../errors.ts";
import type { Context } from "./context.ts";
import { sendProblem } from "./problem.ts";
import { faultsOf } from "./zod-faults.ts";

export function handleErrors(context: Context): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const error = asHttpError(thrown);
    log(context, response, error);
    if (response.headersSent || response.destroyed) {
      // Half an answer is on its way: only a broken connection says that it is not whole.
      response.destroy();
      return;
    }
    sendProblem(context, response, {
      code: error.code,
      detail: detailOf(error, response),
      retryAfter: error.retryAfter,
      faults: error.code === "invalid-request" && error.cause instanceof z.ZodError ? faultsOf(error.cause) : undefined,
    });
  };
}

/** A defect's own words may hold paths and internals: they are for the log. */
function detailOf(error: TuttiError, response: Response): string {
  if (error.code !== "internal") return error.message;
  return `Something broke inside Tutti. The log tells more under request id ${response.locals.requestId}.`;
}

function log({ logger }: Context, response: Response, error: TuttiError): void {
  const details = { requestId: response.locals.requestId, code: error.code };
  if (error.code === "internal") logger.error({ ...details, err: error.cause ?? error }, error.message);
  else logger.warn(details, error.message);
}

/** As Express and its body parsers throw them. */
const statusError = z.object({ status: z.int().min(400).max(499), type: z.string().optional(), message: z.string() });

function asHttpError(thrown: unknown): TuttiError {
  if (thrown instanceof TuttiError) return thrown;
  const known = statusError.safeParse(thrown);
  if (!known.success) return asTuttiError(thrown);
  const { status, type, message } = known.data;
  return new TuttiError(codeOf(status), explain(type, message), { cause: thrown });
}

function codeOf(status: number): ErrorCode {
  if (status === 413) return "too-large";
  return status === 415 ? "unsupported-media" : "invalid-request";
}

function explain(type: string | undefined, message: string): string {
  if (type === "entity.parse.failed") return `The body is not JSON: ${message}`;
  if (type === "entity.too.large")
    return "The body is too large. Upload files with POST /v1/assets and name their ids.";
  return message;
}
