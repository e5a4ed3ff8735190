/** Who asks, and under which id the request is found in the log. */
import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";

declare global {
  namespace Express {
    interface Locals {
      tenant: string;
      requestId: string;
    }
  }
}

const wellFormed = /^[\w.:-]{1,128}$/;

/** Takes over a client's `X-Request-Id` where it is harmless to log, and says it in the response. */
export const identifyRequest: RequestHandler = (request, response, next) => {
  const given = request.get("x-request-id");
  response.locals.requestId = given !== undefined && wellFormed.test(given) ? given : randomUUID();
  response.set("X-Request-Id", response.locals.requestId);
  next();
};

/** The one place that says whose runs and assets a request may see. */
export const identifyTenant: RequestHandler = (_request, response, next) => {
  response.locals.tenant = "default";
  next();
};
