/** `tutti experts import`: models of the Hugging Face hub, as experts, by name or as a file tells of them. */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { huggingfaceTasks } from "../../../tools/providers/huggingface/index.ts";
import { fetchHubModel } from "../../../tools/providers/huggingface/hub.ts";
import { knownTasks } from "../../../tools/tasks/index.ts";
import type { Config } from "../../config.ts";
import { asTuttiError, TuttiError } from "../../errors.ts";
import { createGuardedFetch } from "../../net/guarded-fetch.ts";
import { cardOfHubModel } from "../../registry/import/card-of-hub-model.ts";
import { countOutcomes, importCards, lineReasons, type LineOutcome } from "../../registry/import/import-cards.ts";
import { refusalReasons, registrationOfCard, type CardContext } from "../../registry/import/registration-of-card.ts";
import type { Registration } from "../../registry/registration.ts";
import { paintFor } from "../paint.ts";
import { registerAll } from "./register-all.ts";
import type { RunningServer } from "./running-server.ts";

export const IMPORT_HELP = `Usage: tutti experts import huggingface MODEL... [--dry-run] [--json] [--replace] [--unverified]
       tutti experts import huggingface --from FILE [--dry-run] [--json] [--replace]

Registers models of the Hugging Face hub with the server at TUTTI_URL; their calls take a token, which is looked up in
the variable HF_TOKEN of the server. MODEL is looked up on the hub (HF_ENDPOINT) and tried before it is taken, unless
--unverified is given. FILE has a model card as JSON in each line, - is standard input; its models are taken without a
trial. --dry-run registers nothing and shows what would be; with --json, in full, as "tutti experts add" reads it.`;

const options = {
  help: { type: "boolean", short: "h" },
  from: { type: "string" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
  replace: { type: "boolean" },
  unverified: { type: "boolean" },
} as const;

const context: CardContext = { tasks: new Set(knownTasks.map(({ id }) => id)), callable: huggingfaceTasks };

/** Details of one reason that are shown. */
const SHOWN = 5;

type ImportConfig = Pick<Config, "hubUrl" | "offline"> & {
  readonly llm: { readonly keys: { huggingface?: string | undefined } };
};

/** @param argv what follows `experts import` */
export async function importExperts(
  argv: readonly string[],
  config: ImportConfig,
  server: Pick<RunningServer, "register">,
): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  if (values.help) {
    console.log(IMPORT_HELP);
    return 0;
  }
  const [source, ...models] = positionals;
  if (source !== "huggingface" || (models.length === 0) === (values.from === undefined)) {
    throw new TuttiError(
      "invalid-request",
      "name huggingface, and models or --from FILE; try: tutti experts import --help",
    );
  }
  const { registrations, failed } =
    values.from === undefined ? await readHub(models, config) : await readCards(values.from);
  if (values["dry-run"]) {
    show(registrations, values.json ?? false);
    return failed === 0 ? 0 : 1;
  }
  const result = await registerAll(server, registrations, {
    replace: values.replace ?? false,
    unverified: values.unverified ?? false,
    trial: values.from === undefined,
  });
  return failed + result.failed === 0 ? 0 : 1;
}

interface Found {
  readonly registrations: readonly Registration[];
  /** Models that should have been among them. */
  readonly failed: number;
}

async function readHub(models: readonly string[], { hubUrl, offline, llm }: ImportConfig): Promise<Found> {
  if (offline) throw new TuttiError("unavailable", "TUTTI_OFFLINE forbids to ask the hub; use --from FILE");
  const guardedFetch = createGuardedFetch({ allow: [new URL(hubUrl).host] });
  const { dim } = paintFor(process.stderr);
  const registrations: Registration[] = [];
  for (const model of models) {
    try {
      const card = cardOfHubModel(await fetchHubModel(guardedFetch, { hubUrl, model, token: llm.keys.huggingface }));
      const outcome = registrationOfCard(card, context);
      if (!outcome.registration) {
        console.error(`${model}: ${refusalReasons[outcome.refusal]} (${outcome.detail})`);
        continue;
      }
      registrations.push(outcome.registration);
      if (card.servedFor?.length === 0) console.error(dim(`${model}: no provider runs it now`));
    } catch (error) {
      console.error(`${model}: ${asTuttiError(error).message}`);
    }
  }
  return { registrations, failed: models.length - registrations.length };
}

/** What is refused in a file is told, and no failure: such files are never clean. */
async function readCards(file: string): Promise<Found> {
  const content = file === "-" ? await text(process.stdin) : await readFile(file, "utf8");
  const outcomes = [...importCards(content.replace(/\n$/, "").split("\n"), context)];
  tellRefusals(outcomes);
  return { registrations: outcomes.flatMap(({ registration }) => registration ?? []), failed: 0 };
}

function tellRefusals(outcomes: readonly LineOutcome[]): void {
  const { lines, registrations, withoutLicence, refused } = countOutcomes(outcomes);
  const { dim } = paintFor(process.stderr);
  console.error(`${lines} lines: ${registrations} models to register, ${withoutLicence} of them without a licence`);
  for (const [reason, details] of refused) {
    const count = [...details.values()].reduce((sum, of) => sum + of.length, 0);
    console.error(`${count} left out: ${lineReasons[reason]}`);
    for (const [detail, of] of [...details].slice(0, SHOWN)) {
      const where = of.length === 1 ? `line ${of[0] ?? 0}` : `${of.length} lines from ${of[0] ?? 0} on`;
      console.error(dim(`  ${detail === "" ? where : `${detail}: ${where}`}`));
    }
    if (details.size > SHOWN) console.error(dim(`  and ${details.size - SHOWN} more`));
  }
}

function show(registrations: readonly Registration[], asJson: boolean): void {
  if (asJson) {
    console.log(JSON.stringify(registrations, null, 2));
    return;
  }
  const { dim } = paintFor(process.stdout);
  for (const { id, version, task, merit, licence } of registrations) {
    const name = typeof task === "string" ? task : task.id;
    console.log(`${name.padEnd(28)} ${id}@${version}  ${dim(`(${licence?.code ?? ""}), merit ${merit.toFixed(2)}`)}`);
  }
}
