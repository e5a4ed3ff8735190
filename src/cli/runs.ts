/** `tutti runs`: reads recorded runs back, also while a server works on them. */
import { parseArgs } from "node:util";
import { openRunReader } from "../compose/run-reader.ts";
import { loadConfig } from "../config.ts";
import { TuttiError } from "../errors.ts";
import { renderJson } from "../run/render-json.ts";
import { renderMermaid } from "../run/render-mermaid.ts";
import { printable } from "../run/render-value.ts";
import { renderText } from "../run/render-text.ts";
import type { RunState } from "../run/state.ts";

const HELP = `Usage: tutti runs list [--limit N]
       tutti runs show ID
       tutti runs graph ID [--format text|mermaid|json]

Reads TUTTI_DATA (./.tutti), or REDIS_URL where it is set. "show" prints the graph with times, the notes and the answer; IDs may be cut short.`;

export async function runs(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      limit: { type: "string", default: "20" },
      format: { type: "string", default: "text" },
    },
  });
  const [action, id, ...rest] = positionals;
  if (values.help || action === undefined) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  if (rest.length > 0) throw new TuttiError("invalid-request", `one run at a time, so not ${rest.join(" ")}`);
  const reader = openRunReader(loadConfig());
  try {
    if (action === "list") console.log(await list(reader, countOf(values.limit)));
    else if (action === "show") console.log(await show(reader, required(id)));
    else if (action === "graph") console.log(draw((await reader.run(required(id))).state, values.format));
    else throw new TuttiError("invalid-request", `there is no "runs ${action}"; try: tutti runs --help`);
    return 0;
  } finally {
    await reader.close();
  }
}

function required(id: string | undefined): string {
  if (id !== undefined) return id;
  throw new TuttiError("invalid-request", "which run? Give its id; tutti runs list shows them");
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new TuttiError("invalid-request", `--limit is a whole number from 1 on, not ${text}`);
}

type Reader = ReturnType<typeof openRunReader>;

async function list(reader: Reader, limit: number): Promise<string> {
  const heads = await reader.heads(limit);
  const rows = heads.map(({ runId, status, createdAt, finishedAt, title }) => {
    const seconds = finishedAt === undefined ? "" : `${((finishedAt - createdAt) / 1000).toFixed(1)} s`;
    return `${runId}  ${status.padEnd(9)}  ${new Date(createdAt).toISOString()}  ${seconds.padStart(8)}  ${printable(title)}`;
  });
  return rows.join("\n") || "no runs yet";
}

async function show(reader: Reader, id: string): Promise<string> {
  const { state, answer } = await reader.run(id);
  const notes = state.notes.map(({ nodeId, text }) => `note (${nodeId}): ${text}`);
  return [draw(state, "text"), ...notes, ...(answer ? ["", answer.text] : [])].join("\n");
}

function draw(state: RunState, format: string): string {
  switch (format) {
    case "text":
      return renderText(state, {
        color: process.stdout.isTTY,
        columns: process.stdout.columns ?? 110,
        now: Date.now(),
      });
    case "mermaid":
      return renderMermaid(state);
    case "json":
      return JSON.stringify(renderJson(state), null, 2);
    default:
      throw new TuttiError("invalid-request", `there is no format ${format}; there are text, mermaid and json`);
  }
}
