import type { RequestHandler } from "express";
import type { Context } from "./context.ts";

/** Asked again and again by machines and by the dashboard's page, and read by nobody. */
const quiet = /^\/(healthz$|readyz$|queues\/)/;

/** One line per request, when its response has gone or its client has. */
export function logRequests({ logger }: Context): RequestHandler {
  return (request, response, next) => {
    const { method, path } = request;
    const started = performance.now();
    response.once("close", () => {
      if (quiet.test(path) && response.statusCode < 400) return;
      const ms = Math.round(performance.now() - started);
      const { requestId } = response.locals;
      const status = response.statusCode;
      const outcome = response.writableFinished ? String(status) : `${status}, the client left`;
      logger.info({ requestId, method, path, status, ms }, `${method} ${path} ${outcome}`);
    });
    next();
  };
}
