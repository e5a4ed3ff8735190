/** `tutti experts`: who can do what, and why somebody can't; and on a running server, adding, trying and removing them. */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { z } from "zod";
import { openRegistry } from "../compose/registry.ts";
import { loadConfig, type Config } from "../config.ts";
import { TuttiError } from "../errors.ts";
import type { ExpertView } from "../http/schemas-catalogue.ts";
import { viewExpert } from "../http/catalogue-view.ts";
import { describeMeasured } from "./experts/describe-measured.ts";
import { openServer, type RunningServer } from "./experts/running-server.ts";
import { paintFor } from "./paint.ts";

const HELP = `Usage: tutti experts [list] [--json]
       tutti experts add FILE... [--replace] [--unverified]
       tutti experts check ID...
       tutti experts remove ID...
       tutti experts import huggingface MODEL... | --from FILE (--help says more)

"list" shows the experts with their task, licence and quality, and why some can't be used: those of the server at
TUTTI_URL if there is one, else those that come with Tutti. The others talk to that server, as admin with
TUTTI_ADMIN_TOKEN. FILE holds one expert as JSON, or a list of them; - is standard input. Each is tried before it is
taken; --unverified takes it anyway, --replace takes the place of one of that version.`;

const options = {
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
  replace: { type: "boolean" },
  unverified: { type: "boolean" },
} as const;

export async function experts(argv: readonly string[]): Promise<number> {
  if (argv[0] === "import") {
    const { importExperts } = await import("./experts/import.ts");
    const settings = loadConfig();
    return importExperts(argv.slice(1), settings, openServer(settings));
  }
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  const [action = "list", ...names] = positionals;
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const config = loadConfig();
  switch (action) {
    case "list":
      return list(config, values.json ?? false);
    case "add":
      return add(openServer(config), named(names, "FILE"), values);
    case "check":
      return check(openServer(config), named(names, "ID"));
    case "remove":
      return remove(openServer(config), named(names, "ID"));
    default:
      throw new TuttiError("invalid-request", `there is no "experts ${action}"; try: tutti experts --help`);
  }
}

function named(names: readonly string[], what: string): readonly string[] {
  if (names.length > 0) return names;
  throw new TuttiError("invalid-request", `name at least one ${what}; try: tutti experts --help`);
}

async function list(config: Config, asJson: boolean): Promise<number> {
  const known = await openServer(config).listIfThere();
  const all =
    known ?? (await openRegistry(config.searchPath, config.expertModules)).experts.map((entry) => viewExpert(entry));
  if (asJson) {
    console.log(JSON.stringify(all, null, 2));
    return 0;
  }
  const { dim, bad, good } = paintFor(process.stdout);
  for (const expert of all) {
    const { code, weights } = expert.licence;
    const licence = weights === undefined ? code : `${code}, weights ${weights}`;
    console.log(`${expert.task.padEnd(28)} ${expert.id}@${expert.version}  ${dim(`(${licence})`)}`);
    console.log(`  ${expert.quality}`);
    if (expert.registered) {
      const { state, source } = expert.registered;
      console.log(`  ${state === "verified" ? good(state) : bad(state)} ${dim(`from ${source}`)}`);
    }
    const measured = describeMeasured(expert);
    if (measured !== undefined) console.log(`  ${expert.measured?.state === "closed" ? dim(measured) : bad(measured)}`);
    if (expert.unavailable !== undefined) console.log(`  ${bad("NOT USABLE")}: ${expert.unavailable}`);
  }
  if (!known) console.log(dim(`\nThese come with Tutti; no server answers at ${config.serverUrl}.`));
  return 0;
}

const idSchema = z.looseObject({ id: z.string() });

async function add(
  server: RunningServer,
  files: readonly string[],
  {
    replace = false,
    unverified = false,
  }: { readonly replace?: boolean | undefined; readonly unverified?: boolean | undefined },
): Promise<number> {
  let failed = 0;
  for (const file of files) {
    for (const registration of await read(file)) {
      try {
        tell(await server.register(registration, { replace, unverified }));
      } catch (error) {
        if (!(error instanceof TuttiError) || error.code === "unavailable") throw error;
        failed += 1;
        console.error(`${registration.id}: ${error.message}`);
      }
    }
  }
  return failed === 0 ? 0 : 1;
}

async function read(file: string): Promise<readonly z.infer<typeof idSchema>[]> {
  const input = file === "-" ? await text(process.stdin) : await readFile(file, "utf8");
  let content: unknown;
  try {
    content = JSON.parse(input);
  } catch (error) {
    throw new TuttiError("invalid-request", `${file} is not JSON: ${String(error)}`);
  }
  const parsed = z.union([z.array(idSchema), idSchema.transform((one) => [one])]).safeParse(content);
  if (parsed.success) return parsed.data;
  throw new TuttiError("invalid-request", `${file}: expected an expert with an id, or a list of them`);
}

function tell({ id, version, registered, unavailable }: ExpertView): void {
  const { good, bad } = paintFor(process.stdout);
  const state = registered?.state ?? "";
  const ms = registered?.trial?.runMs;
  const trial = ms === undefined ? "" : `, tried in ${ms} ms`;
  console.log(`${id}@${version} ${state === "verified" ? good(state) : bad(state)}${trial}`);
  if (unavailable !== undefined) console.log(`  not usable: ${unavailable}`);
}

async function check(server: RunningServer, ids: readonly string[]): Promise<number> {
  const { good, bad } = paintFor(process.stdout);
  let failed = 0;
  for (const id of ids) {
    const { expert, ok, runMs, message } = await server.check(id);
    if (!ok) failed += 1;
    console.log(ok ? `${good("✓")} ${expert} ${runMs ?? 0} ms` : `${bad("✗")} ${expert} ${message ?? ""}`);
  }
  return failed === 0 ? 0 : 1;
}

async function remove(server: RunningServer, ids: readonly string[]): Promise<number> {
  for (const id of ids) {
    await server.remove(id);
    console.log(`${id} removed`);
  }
  return 0;
}
