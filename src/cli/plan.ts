/** `tutti plan`: what would be done, without doing it. */
import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import { createTutti } from "../index.ts";
import { requestFromFiles } from "./request-from-files.ts";

const HELP = `Usage: tutti plan "WORDS" [FILE...]

Prints the plan as JSON: { planner, nodes, problems, notes }. "nodes" can be sent as "plan" to POST /v1/runs.`;

const TENANT = "default";

export async function plan(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" } },
  });
  const [words, ...files] = positionals;
  if (values.help || words === undefined) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const tutti = await createTutti({ ...loadConfig(), log: "off" });
  try {
    const preview = await tutti.plan(await requestFromFiles(tutti, TENANT, words, files), { tenant: TENANT });
    console.log(JSON.stringify(preview, null, 2));
    return preview.problems.length === 0 ? 0 : 1;
  } finally {
    await tutti.close();
  }
}
