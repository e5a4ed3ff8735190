/** `tutti serve`: the HTTP server, until it is told to stop. */
import { parseArgs } from "node:util";
import { compose, type Composed } from "../compose/compose.ts";
import { loadConfig, type Config } from "../config.ts";
import { isLoopbackName } from "../http/admin.ts";
import { createApp } from "../http/app.ts";
import { listen } from "../http/listen.ts";
import type { Health } from "../tutti.ts";
import { paintFor } from "./paint.ts";
import { endSoon, untilToldToStop } from "./until-told-to-stop.ts";

const HELP = `Usage: tutti serve

Serves HTTP on HOST:PORT until SIGTERM or Ctrl-C, then lets active steps finish and exits 0. A second signal ends at once;
unfinished runs go on at the next start. With REDIS_URL it plans and answers, and the steps are done by workers: start as
many as you like with tutti worker.`;

export async function serve(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const started = performance.now();
  const config = loadConfig();
  const composed = await compose(config);
  const { tutti, logger } = composed;
  try {
    const server = await listen(
      createApp(tutti, {
        logger,
        dashboard: composed.dashboard,
        adminToken: config.adminToken,
        isLocal: isLoopbackName(config.host),
        fetch: composed.fetch,
      }),
      { host: config.host, port: config.port },
    );
    composed.setUrl(server.url);
    const banner = describeServer(server.url, config, await tutti.health(), performance.now() - started);
    process.stderr.write(`${banner}\n`);
    const signal = await untilToldToStop();
    logger.info(`${signal}: draining for up to ${config.drainMs / 1000} s; the same signal again ends at once`);
    await Promise.all([server.close(config.drainMs), tutti.close()]);
    logger.info("stopped");
    return endSoon(0);
  } catch (error) {
    await closeQuietly(composed);
    throw error;
  }
}

async function closeQuietly({ tutti, logger }: Composed): Promise<void> {
  await tutti.close().catch((error: unknown) => logger.error({ err: error }, "closing failed"));
}

function describeServer(
  url: string,
  config: Config,
  { planner, languageModel, experts, tasks, lanes, problems }: Health,
  ms: number,
): string {
  const { bold, dim } = paintFor(process.stderr);
  const usable = experts.filter((entry) => entry.unavailable === undefined);
  const unusable = experts.filter((entry) => entry.unavailable !== undefined);
  const undoable = tasks.filter((task) => task.unavailable !== undefined);
  return [
    `${bold("Tutti")} is ready at ${bold(url)} ${dim(`(${Math.round(ms)} ms)`)}`,
    `  planner    ${planner}`,
    `  LLM        ${languageModel}`,
    `  experts    ${usable.length} available: ${usable.map(({ card }) => card.task).join(", ")}`,
    ...unusable.map(({ card, unavailable }) => `  not usable ${card.id} (${card.task}): ${unavailable}`),
    ...(undoable.length === 0 ? [] : [`  no expert  ${undoable.map(({ id }) => id).join(", ")}`]),
    `  data       ${config.dataFolder}`,
    ...(config.redis ? [`  Redis      ${withoutPassword(config.redis.url)}, ${workersOf(lanes)}`] : []),
    ...(config.redis && config.adminToken !== undefined
      ? [`  queues     ${url}/queues (user admin, password TUTTI_ADMIN_TOKEN)`]
      : []),
    ...problems.map((problem) => `  problem    ${problem}`),
    `  look at    ${url}/docs  ${url}/v1/tasks  ${url}/readyz`,
    `  try        curl -F 'request=What is in this picture?' -F 'file=@photo.jpg' '${url}/v1/runs?wait=60'`,
  ].join("\n");
}

function workersOf(lanes: Health["lanes"]): string {
  const served = Object.entries(lanes).filter(([lane, { workers }]) => lane !== "control" && workers > 0);
  if (served.length === 0) return "no workers yet: start some with tutti worker";
  return `workers: ${served.map(([lane, { workers }]) => `${workers} on ${lane}`).join(", ")}`;
}

function withoutPassword(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
