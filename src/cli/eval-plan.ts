/** `tutti eval plan`: scores a planner on cases in TaskBench's format. */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { asTuttiError, TuttiError } from "../errors.ts";
import { createBuiltinPlanner } from "../plan/builtin/planner.ts";
import type { CaseScore } from "../plan/score-plans.ts";
import type { Embedder } from "../ports/embedder.ts";
import type { Planner } from "../ports/planner.ts";
import { evaluateCase, type CaseResult } from "./eval-case.ts";
import { renderJson, renderTable } from "./eval-report.ts";
import { caseSchema, type PlanningCase, tasksOf, toolGraphSchema, toolsSchema } from "./taskbench.ts";

export interface EvalIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Without one, the built-in planner goes by wording alone. */
  readonly embedder?: Embedder | undefined;
}

const help = `Usage: tutti eval plan --tools FILE --cases FILE [options]

Scores a planner on cases in TaskBench's format. Every case without a reference is planned, but not scored.

  --tools FILE      the tools, JSON: {"nodes": [{"id", "desc", "input-type", "output-type"}]}
  --cases FILE      the cases, JSON lines: {"id", "type", "user_request", "nodes", "links"}
  --graph FILE      which tool may follow which, JSON: {"links": [{"source", "target"}]}; other links are problems
  --planner NAME    builtin (default)
  --json            print numbers as JSON
  --out FILE        write every plan as a JSON line
  --help            this text
`;

const planners = ["builtin"];

/** Returns the exit code. @throws TuttiError `invalid-request` for wrong arguments and unreadable files. */
export async function evalPlan(argv: readonly string[], io: EvalIo): Promise<number> {
  const options = readOptions(argv);
  if (options.help) {
    io.stdout.write(help);
    return 0;
  }
  const { nodes: tools } = await readJson("--tools", options.tools, toolsSchema);
  const graph = options.graph === undefined ? undefined : await readJson("--graph", options.graph, toolGraphSchema);
  const cases = await readCases(options.cases);
  const planner = createPlanner(options.planner, io.embedder);
  const tasks = tasksOf(tools);
  // Preparing the catalogue is done once by a server, and is no part of the time for a request.
  await evaluateCase({ id: "", type: "", user_request: "Prepare." }, { planner, tasks, graph });

  const results: CaseResult[] = [];
  for (const one of cases) results.push(await evaluateCase(one, { planner, tasks, graph }));
  if (options.out !== undefined) {
    await writeFile(options.out, results.map(({ plan }) => `${JSON.stringify(plan)}\n`).join(""));
  }
  const scores: CaseScore[] = results.flatMap(({ score }) => score ?? []);
  if (scores.length === 0) io.stderr.write("None of the cases has a reference: nothing is scored.\n");
  io.stdout.write(options.json ? `${renderJson(scores)}\n` : renderTable(scores, planner.name));
  return 0;
}

function readOptions(argv: readonly string[]) {
  const values = parse(argv);
  const { tools, cases, planner = "builtin", help: wantsHelp = false } = values;
  if (!wantsHelp && (tools === undefined || cases === undefined)) {
    throw new TuttiError("invalid-request", "tutti eval plan needs --tools FILE and --cases FILE; see --help");
  }
  return { ...values, tools: tools ?? "", cases: cases ?? "", planner, help: wantsHelp };
}

function parse(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        tools: text,
        graph: text,
        cases: text,
        planner: text,
        out: text,
        json: flag,
        help: { ...flag, short: "h" },
      },
    }).values;
  } catch (error) {
    throw asTuttiError(error, "invalid-request");
  }
}

function createPlanner(name: string, embedder: Embedder | undefined): Planner {
  if (planners.includes(name)) return createBuiltinPlanner({ embedder });
  throw new TuttiError("invalid-request", `there is no planner "${name}"; there is: ${planners.join(", ")}`);
}

async function readText(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new TuttiError("invalid-request", `${option}: ${path} can't be read (${asTuttiError(error).message})`, {
      cause: error,
    });
  }
}

function parseJson<T>(text: string, where: string, schema: z.ZodType<T>): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new TuttiError("invalid-request", `${where} is not JSON (${asTuttiError(error).message})`, { cause: error });
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new TuttiError("invalid-request", `${where}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
}

async function readJson<T>(option: string, path: string, schema: z.ZodType<T>): Promise<T> {
  return parseJson(await readText(option, path), `${option}: ${path}`, schema);
}

async function readCases(path: string): Promise<PlanningCase[]> {
  const lines = (await readText("--cases", path)).split("\n");
  return lines.flatMap((line, at) =>
    line.trim() === "" ? [] : [parseJson(line, `--cases: ${path} line ${at + 1}`, caseSchema)],
  );
}
