/** `tutti ask`: one request, in this process. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createTutti } from "../index.ts";
import { loadConfig } from "../config.ts";
import { requestFromFiles } from "./request-from-files.ts";
import { showRun } from "./show-run.ts";

const HELP = `Usage: tutti ask "WORDS" [FILE...] [--out FOLDER] [--verbose]

Runs one request in this process, with the files as its assets, and shows the plan, the steps, and the answer.
  --out FOLDER   where files that are made are put [TUTTI_DATA/outputs/RUN]
  --verbose      log every event, too
Exit code 0: all was done; 3: some of it; 1: none.`;

const TENANT = "default";

export async function ask(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      out: { type: "string" },
      verbose: { type: "boolean", short: "v" },
    },
  });
  const [words, ...files] = positionals;
  if (values.help || words === undefined) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const config = loadConfig();
  const tutti = await createTutti({ ...config, log: values.verbose ? config.log : "off" });
  try {
    const request = await requestFromFiles(tutti, TENANT, words, files);
    const { runId } = await tutti.submit(request, { tenant: TENANT });
    const outputFolder = values.out ?? join(config.dataFolder, "outputs", runId);
    const { state } = await showRun(tutti, runId, { tenant: TENANT, outputFolder });
    if (state.status === "succeeded") return 0;
    return state.status === "partial" ? 3 : 1;
  } finally {
    await tutti.close();
  }
}
