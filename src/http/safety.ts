import type { RequestHandler } from "express";
import type { Context } from "./context.ts";
import { sendProblem } from "./problem.ts";

/** What holds for every response; an asset and the documentation page set a policy of their own. */
export const setSafeHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
  });
  next();
};

const changing: ReadonlySet<string> = new Set(["POST", "PUT", "DELETE"]);

/**
 * A form of any web page can be sent to a server on the reader's own machine, and browsers ask nobody for leave. They
 * do say where it came from, in a header that no page can set.
 */
export function refuseCrossSite(context: Context): RequestHandler {
  return (request, response, next) => {
    if (!changing.has(request.method) || request.get("sec-fetch-site") !== "cross-site") {
      next();
      return;
    }
    const detail =
      "The request comes from a page of another site, and may change something here. Send it from a program.";
    sendProblem(context, response, { code: "cross-site", detail });
  };
}
