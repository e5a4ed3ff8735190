/** `tutti eval`: scores a planner, and what becomes of the plans of language models. */
import { createPlanningEmbedder } from "../compose/embedder.ts";
import { openPlanningModel } from "../compose/minds.ts";
import { loadConfig } from "../config.ts";
import { TuttiError } from "../errors.ts";
import { evalPlan } from "./eval-plan.ts";
import { evalRepair } from "./eval-repair.ts";

export async function evaluate([what, ...argv]: readonly string[]): Promise<number> {
  if (what === undefined || what === "--help" || what === "-h") {
    console.log("Usage: tutti eval plan --help\n       tutti eval repair --help");
    return what === undefined ? 2 : 0;
  }
  if (what === "repair") return evalRepair(argv, { stdout: process.stdout, stderr: process.stderr });
  if (what !== "plan") {
    throw new TuttiError("invalid-request", `there is no "eval ${what}"; try: tutti eval plan --help`);
  }
  const config = loadConfig();
  const { embedder, close } = createPlanningEmbedder(config.dataFolder);
  const openModel = () => openPlanningModel(config);
  try {
    return await evalPlan(argv, { stdout: process.stdout, stderr: process.stderr, embedder, openModel });
  } finally {
    await close();
  }
}
