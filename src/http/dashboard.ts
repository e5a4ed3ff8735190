/** The door of the queue dashboard: shut without an admin token, and for looking only. */
import type { RequestHandler } from "express";
import { isAdmin } from "./admin.ts";
import type { AppOptions, Context } from "./context.ts";
import { sendProblem } from "./problem.ts";

/** What the page needs: its own files, and styles that its scripts write. Its fonts from elsewhere it can do without. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Goes before the dashboard, and answers where there is none or where it may not be seen. */
export function guardDashboard(
  context: Context,
  { dashboard, adminToken }: Pick<AppOptions, "dashboard" | "adminToken">,
): RequestHandler {
  return (request, response, next) => {
    if (!dashboard) {
      const detail =
        "There are no queues to show: everything runs in one process. With REDIS_URL set, they are in Redis, and shown here.";
      sendProblem(context, response, { code: "unknown-route", detail });
    } else if (adminToken === undefined) {
      const detail = "The dashboard is shut: set TUTTI_ADMIN_TOKEN, and give it as the password.";
      sendProblem(context, response, { code: "forbidden", detail });
    } else if (!isAdmin(request, adminToken)) {
      response.set("WWW-Authenticate", 'Basic realm="Tutti", charset="UTF-8"');
      const detail = "Give the value of TUTTI_ADMIN_TOKEN as the password, with any user name, or as a bearer token.";
      sendProblem(context, response, { code: "unauthorized", detail });
    } else if (request.method !== "GET" && request.method !== "HEAD") {
      // Browsers send the password along with whatever another site makes them ask for.
      response.set("Allow", "GET, HEAD");
      sendProblem(context, response, { code: "method-not-allowed", detail: "The dashboard is for looking only." });
    } else {
      response.set("Content-Security-Policy", POLICY);
      next();
    }
  };
}
