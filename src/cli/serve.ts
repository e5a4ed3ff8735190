/** `tutti serve`: the HTTP server, until it is told to stop. */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { compose, type Composed } from "../compose/compose.ts";
import { loadConfig } from "../config.ts";
import { createApp } from "../http/app.ts";
import { listen } from "../http/listen.ts";
import type { Health } from "../tutti.ts";
import { paintFor } from "./paint.ts";

const HELP = `Usage: tutti serve

Serves HTTP on HOST:PORT until SIGTERM or Ctrl-C, then lets active steps finish and exits 0. A second signal ends at once;
unfinished runs go on at the next start.`;

export async function serve(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const started = performance.now();
  const config = loadConfig();
  const composed = await compose(config);
  const { tutti, logger, lease } = composed;
  try {
    const server = await listen(createApp(tutti, { logger }), { host: config.host, port: config.port });
    lease.setUrl(server.url);
    const banner = describeServer(server.url, config.dataFolder, await tutti.health(), performance.now() - started);
    process.stderr.write(`${banner}\n`);
    const signal = await toldToStop();
    logger.info(`${signal}: draining for up to ${config.drainMs / 1000} s; the same signal again ends at once`);
    await Promise.all([server.close(config.drainMs), tutti.close()]);
    logger.info("stopped");
    return 0;
  } catch (error) {
    await closeQuietly(composed);
    throw error;
  }
}

async function closeQuietly({ tutti, logger }: Composed): Promise<void> {
  await tutti.close().catch((error: unknown) => logger.error({ err: error }, "closing failed"));
}

async function toldToStop(): Promise<string> {
  const signals = ["SIGTERM", "SIGINT"] as const;
  const told = await Promise.race(signals.map(async (signal) => once(process, signal).then(() => signal)));
  for (const signal of signals) process.once(signal, () => process.exit(1));
  return told;
}

function describeServer(url: string, folder: string, { planner, experts, tasks }: Health, ms: number): string {
  const { bold, dim } = paintFor(process.stderr);
  const usable = experts.filter((entry) => entry.unavailable === undefined);
  const unusable = experts.filter((entry) => entry.unavailable !== undefined);
  const undoable = tasks.filter((task) => task.unavailable !== undefined);
  return [
    `${bold("Tutti")} is ready at ${bold(url)} ${dim(`(${Math.round(ms)} ms)`)}`,
    `  planner    ${planner} (no language model)`,
    `  experts    ${usable.length} available: ${usable.map(({ card }) => card.task).join(", ")}`,
    ...unusable.map(({ card, unavailable }) => `  not usable ${card.id} (${card.task}): ${unavailable}`),
    ...(undoable.length === 0 ? [] : [`  no expert  ${undoable.map(({ id }) => id).join(", ")}`]),
    `  data       ${folder}`,
    `  look at    ${url}/docs  ${url}/v1/tasks  ${url}/readyz`,
    `  try        curl -F 'request=What is in this picture?' -F 'file=@photo.jpg' '${url}/v1/runs?wait=60'`,
  ].join("\n");
}
