/** `npm run demo`: the main job on real input, in this process, with the pictures that ship with Tutti. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import { createTutti } from "../index.ts";
import { shippedLock, type ModelsLock } from "../models/lock-file.ts";
import { chooseDemoPlanner } from "./demo-planner.ts";
import { DEMO_FILES, DEMO_WORDS } from "./demo-request.ts";
import { paintFor } from "./paint.ts";
import { requestFromFiles } from "./request-from-files.ts";
import { showRun } from "./show-run.ts";

const TENANT = "default";

const HELP = `Usage: npm run demo [-- --lite]

Sends one request with three sample pictures to a Tutti in this process: no server and no key are needed.

A language model plans it: the one that TUTTI_LLM names, or whose key is set, or of an Ollama that runs. Where there is
none, the starter pack is taken: a small model (see: tutti models list) and what runs it, downloaded once into
TUTTI_MODELS, with its size and licence told first. Where no source answers within two seconds, or with TUTTI_LLM=none,
the built-in planner plans. With TUTTI_OFFLINE=1, only a pack that is there is used.
  --lite   no starter pack, and no download
Ctrl-C during the download skips it: the built-in planner plans, what came is kept, and the next demo goes on from there.
A download that fails does the same. Any other Ctrl-C ends the demo.`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

export async function demo(argv: readonly string[], lock: ModelsLock = shippedLock()): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { help: { type: "boolean", short: "h" }, lite: { type: "boolean" } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const config = loadConfig();
  const { bold, dim } = paintFor(process.stdout);
  let lead = "";
  const dataFolder = join(config.dataFolder, "demo");
  const { llm, name } = await chooseDemoPlanner(config, {
    lite: values.lite ?? false,
    lock,
    say: (line) => {
      lead = "\n";
      say(line);
    },
    screen: process.stderr,
  });
  const tutti = await createTutti({ dataFolder, log: "off", llm });
  try {
    say(`${lead}${bold("Request")}\n${DEMO_WORDS}\n\n${bold("Planning")} ${dim(`(${name})`)}`);
    const request = await requestFromFiles(tutti, TENANT, DEMO_WORDS, DEMO_FILES);
    const { runId } = await tutti.submit(request, { tenant: TENANT });
    const { state } = await showRun(tutti, runId, { tenant: TENANT, outputFolder: join(dataFolder, "outputs") });
    say(
      `\nNext: npm start, then curl; see README.md. This run again: TUTTI_DATA=${dataFolder} npm run tutti -- runs show ${runId}`,
    );
    return state.status === "succeeded" ? 0 : 1;
  } finally {
    await tutti.close();
  }
}
