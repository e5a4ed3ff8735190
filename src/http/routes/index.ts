/** Everything that can be asked over HTTP. */
import type { Context } from "../context.ts";
import type { Route } from "../route.ts";
import { cancelRunRoute } from "./cancel-run.ts";
import { createAssetRoute } from "./create-asset.ts";
import { createPlanRoute } from "./create-plan.ts";
import { createRunRoute } from "./create-run.ts";
import { docsRoutes } from "./docs.ts";
import { checkExpertRoute, createExpertRoute, removeExpertRoute, replaceExpertRoute } from "./change-experts.ts";
import { getExpertRoute, listExpertsRoute } from "./experts.ts";
import { getAssetInfoRoute } from "./get-asset-info.ts";
import { getAssetRoute } from "./get-asset.ts";
import { getRunRoute } from "./get-run.ts";
import { aliveRoute, readyRoute } from "./health.ts";
import { indexRoute } from "./index-page.ts";
import { listRunsRoute } from "./list-runs.ts";
import { runEventsRoute } from "./run-events.ts";
import { runGraphRoute } from "./run-graph.ts";
import { getTaskRoute, listTasksRoute } from "./tasks.ts";

const factories = [
  createRunRoute,
  listRunsRoute,
  getRunRoute,
  runEventsRoute,
  runGraphRoute,
  cancelRunRoute,
  createPlanRoute,
  createAssetRoute,
  getAssetRoute,
  getAssetInfoRoute,
  listTasksRoute,
  getTaskRoute,
  listExpertsRoute,
  getExpertRoute,
  createExpertRoute,
  replaceExpertRoute,
  removeExpertRoute,
  checkExpertRoute,
  aliveRoute,
  readyRoute,
  indexRoute,
];

export function createRoutes(context: Context): readonly Route[] {
  const routes: Route[] = factories.map((factory) => factory(context));
  routes.push(...docsRoutes(context, () => routes));
  return routes;
}
