/** `npm run demo`: the main job on real input, in this process, with the pictures that ship with Tutti. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import { createTutti } from "../index.ts";
import { DEMO_FILES, DEMO_WORDS } from "./demo-request.ts";
import { paintFor } from "./paint.ts";
import { requestFromFiles } from "./request-from-files.ts";
import { showRun } from "./show-run.ts";

const TENANT = "default";

const HELP = `Usage: npm run demo

Sends one request with three sample pictures to a Tutti in this process: no server, no key, no model download.`;

export async function demo(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const dataFolder = join(loadConfig().dataFolder, "demo");
  const tutti = await createTutti({ dataFolder, log: "off" });
  try {
    const { bold } = paintFor(process.stdout);
    process.stdout.write(`${bold("Request")}\n${DEMO_WORDS}\n\n${bold("Planning")}\n`);
    const request = await requestFromFiles(tutti, TENANT, DEMO_WORDS, DEMO_FILES);
    const { runId } = await tutti.submit(request, { tenant: TENANT });
    const { state } = await showRun(tutti, runId, { tenant: TENANT, outputFolder: join(dataFolder, "outputs") });
    process.stdout.write(
      `\nNext: npm start, then curl; see README.md. This run again: TUTTI_DATA=${dataFolder} npm run tutti -- runs show ${runId}\n`,
    );
    return state.status === "succeeded" ? 0 : 1;
  } finally {
    await tutti.close();
  }
}
