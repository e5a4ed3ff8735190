/** `tutti worker`: a process that does steps for the others on the same Redis, until it is told to stop. */
import { parseArgs } from "node:util";
import { compose } from "../compose/compose.ts";
import { loadConfig } from "../config.ts";
import { TuttiError } from "../errors.ts";
import { lanes as allLanes, type Lane } from "../registry/expert-card.ts";
import { paintFor } from "./paint.ts";
import { endSoon, untilToldToStop } from "./until-told-to-stop.ts";

const HELP = `Usage: tutti worker [--lanes LANE,...]

Does the steps of the given lanes (${allLanes.join(", ")}; cpu and remote if none are given) for all processes on REDIS_URL, until
SIGTERM or Ctrl-C: it finishes its active steps for up to TUTTI_DRAIN_SECONDS, hands the rest back, and exits 0.
TUTTI_DATA must be the folder that the other processes use: files travel through it.`;

export async function worker(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { help: { type: "boolean", short: "h" }, lanes: { type: "string", default: "cpu,remote" } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const lanes = lanesOf(values.lanes);
  const config = loadConfig();
  if (!config.redis) {
    throw new TuttiError(
      "misconfigured",
      "a worker needs REDIS_URL, the Redis that it shares with the servers; without it, tutti serve does everything itself",
    );
  }
  const { tutti, logger, workerId } = await compose(config, { lanes });
  const { bold, dim } = paintFor(process.stderr);
  process.stderr.write(`${bold("Tutti worker")} ${workerId} serves ${lanes.join(", ")} ${dim(config.dataFolder)}\n`);
  const signal = await untilToldToStop();
  logger.info(`${signal}: finishing active steps for up to ${config.drainMs / 1000} s; the same again ends at once`);
  await tutti.close();
  logger.info("stopped");
  return endSoon(0);
}

function lanesOf(text: string): Lane[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !allLanes.some((lane) => lane === name));
  if (unknown.length > 0) {
    const message = `there is no lane ${unknown.join(", ") || '""'}; there are ${allLanes.join(", ")}`;
    throw new TuttiError("invalid-request", message);
  }
  return allLanes.filter((lane) => names.includes(lane));
}
