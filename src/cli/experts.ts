/** `tutti experts`: who can do what, and who can't and why. */
import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import { openRegistry } from "../compose/registry.ts";

const HELP = `Usage: tutti experts [--json]

Lists the experts with their task, licence and quality, and why some can't be used here.`;

export async function experts(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { help: { type: "boolean", short: "h" }, json: { type: "boolean" } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const registry = await openRegistry(loadConfig().searchPath);
  if (values.json) {
    console.log(JSON.stringify(registry.experts, null, 2));
    return 0;
  }
  for (const { card, unavailable } of registry.experts) {
    const { code, weights } = card.licence;
    console.log(
      `${card.task.padEnd(28)} ${card.id}@${card.version}  (${weights === undefined ? code : `${code}, weights ${weights}`})`,
    );
    console.log(`  ${card.quality}`);
    if (unavailable !== undefined) console.log(`  NOT USABLE: ${unavailable}`);
  }
  return 0;
}
