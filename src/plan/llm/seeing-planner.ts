/** Requests with pictures are planned by whom they are shown to, all others by the usual planner. */
import type { Planner } from "../../ports/planner.ts";

/** @param seeing for requests with pictures, those of earlier messages included */
export function createSeeingPlanner(seeing: Planner, usual: Planner): Planner {
  return {
    name: seeing.name === usual.name ? usual.name : `${usual.name}, with pictures ${seeing.name}`,
    replans: seeing.replans === true && usual.replans === true,
    plan: (input, signal) => (input.assets.some(({ type }) => type === "image") ? seeing : usual).plan(input, signal),
  };
}
