/** The HTTP face: requests in, answers out. It translates, and decides nothing. */
import express, { type Express } from "express";
import type { Tutti } from "../tutti.ts";
import { createContext, type AppOptions } from "./context.ts";
import { guardDashboard } from "./dashboard.ts";
import { handleErrors } from "./error-handler.ts";
import { joinExpertIds } from "./expert-paths.ts";
import { identifyRequest, identifyTenant } from "./identity.ts";
import { logRequests } from "./log-requests.ts";
import { mountRoutes, refuseUnknownRoute } from "./mount-routes.ts";
import { createRoutes } from "./routes/index.ts";
import { refuseCrossSite, setSafeHeaders } from "./safety.ts";

const DASHBOARD_PATH = "/queues";

/**
 * An Express app over a Tutti. Emit `closing` on it when the server begins to stop (as `listen` does): event streams
 * end then, and whoever waits for a run is answered with the run as it stands.
 */
export function createApp(tutti: Tutti, options: AppOptions = {}): Express {
  const app = express();
  const closing = new AbortController();
  app.once("closing", () => closing.abort());
  const context = createContext(tutti, options, closing.signal);
  const routes = createRoutes(context);

  app.disable("x-powered-by");
  app.use(identifyRequest);
  app.use(logRequests(context));
  app.use(setSafeHeaders);
  app.use(refuseCrossSite(context));
  app.use(identifyTenant);
  app.use(joinExpertIds);
  mountRoutes(app, context, routes);
  app.use(DASHBOARD_PATH, guardDashboard(context, options));
  if (options.dashboard) app.use(DASHBOARD_PATH, options.dashboard);
  app.use(refuseUnknownRoute(context, routes));
  app.use(handleErrors(context));
  return app;
}
