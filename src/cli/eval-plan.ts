/** `tutti eval plan`: scores a planner on cases in TaskBench's format. */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { asTuttiError, TuttiError } from "../errors.ts";
import { createBuiltinPlanner } from "../plan/builtin/planner.ts";
import { loadPlanPrompts } from "../plan/llm/load-prompts.ts";
import { createLlmPlanner } from "../plan/llm/planner.ts";
import type { CaseScore } from "../plan/score-plans.ts";
import type { Embedder } from "../ports/embedder.ts";
import type { LanguageModel } from "../ports/language-model.ts";
import type { Planner } from "../ports/planner.ts";
import { evaluateCase, type CaseResult } from "./eval-case.ts";
import { parseAs, readInput, readInputAs } from "./eval-files.ts";
import { renderJson, renderTable } from "./eval-report.ts";
import { caseSchema, type PlanningCase, tasksOf, toolGraphSchema, toolsSchema } from "./taskbench.ts";

export interface EvalIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Without one, the built-in planner goes by wording alone. */
  readonly embedder?: Embedder | undefined;
  /** @throws TuttiError where there is no language model */
  readonly openModel?: (() => Promise<LanguageModel>) | undefined;
}

const help = `Usage: tutti eval plan --tools FILE --cases FILE [options]

Scores a planner on cases in TaskBench's format. Every case without a reference is planned, but not scored.

  --tools FILE      the tools, JSON: {"nodes": [{"id", "desc", "input-type", "output-type"}]}
  --cases FILE      the cases, JSON lines: {"id", "type", "user_request", "nodes", "links"}
  --graph FILE      which tool may follow which, JSON: {"links": [{"source", "target"}]}; other links are problems
  --planner NAME    builtin (default); llm: the language model of TUTTI_LLM with all that helps it;
                    llm-bare: the same without schema, shortlist, repair and built-in planner
  --json            print numbers as JSON
  --out FILE        write every plan as a JSON line
  --help            this text
`;

const planners = ["builtin", "llm", "llm-bare"];

interface OpenPlanner {
  readonly planner: Planner;
  readonly close: () => Promise<void>;
}

/** What the model alone can't do stays undone. */
const nobody: Planner = {
  name: "nobody",
  // oxlint-disable-next-line require-yield -- it has nothing to say
  async *plan() {
    throw new TuttiError("not-understood", "the language model gave no plan");
  },
};

/** Returns the exit code. @throws TuttiError `invalid-request` for wrong arguments and unreadable files. */
export async function evalPlan(argv: readonly string[], io: EvalIo): Promise<number> {
  const options = readOptions(argv);
  if (options.help) {
    io.stdout.write(help);
    return 0;
  }
  const { nodes: tools } = await readInputAs("--tools", options.tools, toolsSchema);
  const graph = options.graph === undefined ? undefined : await readInputAs("--graph", options.graph, toolGraphSchema);
  const cases = await readCases(options.cases);
  const { planner, close } = await createPlanner(options.planner, io);
  const tasks = tasksOf(tools);
  // Preparing the catalogue is done once by a server, and is no part of the time for a request.
  await evaluateCase({ id: "", type: "", user_request: "Prepare." }, { planner, tasks, graph });

  const results: CaseResult[] = [];
  for (const one of cases) results.push(await evaluateCase(one, { planner, tasks, graph }));
  await close();
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

async function createPlanner(name: string, { embedder, openModel }: EvalIo): Promise<OpenPlanner> {
  const builtin = createBuiltinPlanner({ embedder });
  if (name === "builtin") return { planner: builtin, close: () => Promise.resolve() };
  if (name !== "llm" && name !== "llm-bare") {
    throw new TuttiError("invalid-request", `there is no planner "${name}"; there are: ${planners.join(", ")}`);
  }
  const model = await openModel?.();
  if (!model) throw new TuttiError("misconfigured", `--planner ${name} needs a language model: set TUTTI_LLM`);
  const prompts = await loadPlanPrompts();
  const helped = { model, prompts, fallback: builtin, embedder };
  const bare = { model, prompts, fallback: nobody, constrained: false, maxRepairs: 0, closesGaps: false };
  const everything = Number.MAX_SAFE_INTEGER;
  return {
    planner: createLlmPlanner(name === "llm" ? helped : { ...bare, catalogueCharacters: everything }),
    close: () => model.close(),
  };
}

async function readCases(path: string): Promise<PlanningCase[]> {
  const lines = (await readInput("--cases", path)).split("\n");
  return lines.flatMap((line, at) =>
    line.trim() === "" ? [] : [parseAs(line, `--cases: ${path} line ${at + 1}`, caseSchema)],
  );
}
