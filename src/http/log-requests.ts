import type { RequestHandler } from "express";
import type { Context } from "./context.ts";

/** Asked again and again by machines, and told by nobody. */
const quiet = new Set(["/healthz", "/readyz"]);

/** One line per request, when its response has gone or its client has. */
export function logRequests({ logger }: Context): RequestHandler {
  return (request, response, next) => {
    const { method, path } = request;
    const started = performance.now();
    response.once("close", () => {
      if (quiet.has(path) && response.statusCode < 400) return;
      const ms = Math.round(performance.now() - started);
      const { requestId } = response.locals;
      const status = response.statusCode;
      const outcome = response.writableFinished ? String(status) : `${status}, the client left`;
      logger.info({ requestId, method, path, status, ms }, `${method} ${path} ${outcome}`);
    });
    next();
  };
}
