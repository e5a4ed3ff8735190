/** `tutti eval repair`: reads recorded plans of language models, checks them, and repairs them without one. */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { asTuttiError, TuttiError } from "../errors.ts";
import { createRepairer } from "../plan/repair/repair-plan.ts";
import { readInput, readInputAs } from "./eval-files.ts";
import type { EvalIo } from "./eval-plan.ts";
import { linesOf, type PlanResult, repairLine } from "./eval-repair-case.ts";
import { renderRepairJson, renderRepairTable } from "./eval-repair-report.ts";
import { tasksOf, toolGraphSchema, toolsSchema } from "./taskbench.ts";

const help = `Usage: tutti eval repair --dialect taskbench --tools FILE --plans FILE [options]

Reads plans that language models wrote, checks them, repairs them without a language model, and looks at every
accepted plan once more with a check of its own. Exits 1 where that finds anything, or a plan crashes the repairer.

  --dialect NAME    how the plans are written: taskbench (default), {"task_nodes", "task_links"} beside "user_request"
  --tools FILE      the tools, JSON: {"nodes": [{"id", "desc", "input-type", "output-type"}]}
  --graph FILE      which tool may take what which other gives, JSON: {"links": [{"source", "target"}]}
  --plans FILE      the plans, JSON lines; may be given several times
  --limit N         the first N plans of every file only
  --json            print numbers as JSON
  --out FILE        write every repaired plan with its mends as a JSON line
  --help            this text

  given             valid as they were given
  repaired          valid after repair; \`partial\` of them without some of their nodes, which had to be refused
  valid             given and repaired together
  refused           nothing of them can be run
`;

const dialects = ["taskbench"];

/** Returns the exit code. @throws TuttiError \`invalid-request\` for wrong arguments and unreadable files. */
export async function evalRepair(argv: readonly string[], io: EvalIo): Promise<number> {
  const options = readOptions(argv);
  if (options.help) {
    io.stdout.write(help);
    return 0;
  }
  const tasks = tasksOf((await readInputAs("--tools", options.tools, toolsSchema)).nodes);
  const graph = options.graph === undefined ? undefined : await readInputAs("--graph", options.graph, toolGraphSchema);
  const links = graph && new Set(graph.links.map(({ source, target }) => JSON.stringify([source, target])));
  const mayFollow = links && ((source: string, target: string) => links.has(JSON.stringify([source, target])));
  const setting = { tasks, mayFollow, repair: createRepairer(tasks) };

  const results: PlanResult[] = [];
  for (const file of options.plans) {
    const lines = linesOf(await readInput("--plans", file)).slice(0, options.limit);
    results.push(...lines.map((line, at) => repairLine(line, { file, line: at + 1 }, setting)));
  }
  if (options.out !== undefined) {
    await writeFile(options.out, results.map((result) => `${JSON.stringify(result)}\n`).join(""));
  }
  io.stdout.write(options.json ? `${renderRepairJson(results)}\n` : renderRepairTable(results));
  return results.some(({ outcome, faults }) => outcome === "crashed" || faults.length > 0) ? 1 : 0;
}

function readOptions(argv: readonly string[]) {
  const { dialect = "taskbench", tools = "", plans = [], help: wantsHelp = false, limit, ...rest } = parse(argv);
  if (!wantsHelp && (tools === "" || plans.length === 0)) {
    throw new TuttiError("invalid-request", "tutti eval repair needs --tools FILE and --plans FILE; see --help");
  }
  if (!dialects.includes(dialect)) {
    throw new TuttiError("invalid-request", `there is no dialect "${dialect}"; there is: ${dialects.join(", ")}`);
  }
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) {
    throw new TuttiError("invalid-request", `--limit takes a number from 1, not "${limit}"`);
  }
  return { ...rest, tools, plans, limit: limit === undefined ? undefined : Number(limit), help: wantsHelp };
}

function parse(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        dialect: text,
        tools: text,
        graph: text,
        plans: { ...text, multiple: true },
        limit: text,
        out: text,
        json: flag,
        help: { ...flag, short: "h" },
      },
    }).values;
  } catch (error) {
    throw asTuttiError(error, "invalid-request");
  }
}
