/** Shows a run on a terminal while it goes on: the plan, a line per step, the finished graph, the answer, the files. */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Answer } from "../fuse/answer.ts";
import { safeName } from "../assets/safe-name.ts";
import { describeOrigin, seconds } from "../run/describe-node.ts";
import type { NodeSpec, RunEvent } from "../run/events.ts";
import { renderText } from "../run/render-text.ts";
import { PLAN_NODE } from "../run/state.ts";
import type { RunReport, Tutti } from "../tutti.ts";
import { paintFor } from "./paint.ts";

export interface ShowOptions {
  readonly tenant: string;
  /** Where what the run made is copied to. */
  readonly outputFolder: string;
}

const out = process.stdout;
const { bold, dim, good, bad } = paintFor(out);

/** Follows a run to its end. */
export async function showRun(tutti: Tutti, runId: string, { tenant, outputFolder }: ShowOptions): Promise<RunReport> {
  const drawing = { color: out.isTTY, columns: out.columns || 110 };
  let createdAt = 0;
  for await (const event of tutti.events(tenant, runId, 0, new AbortController().signal)) {
    if (event.type === "run-created") createdAt = event.at;
    const line = lineFor(event, event.at - createdAt);
    if (line !== undefined) out.write(`${line}\n`);
    if (isPlanned(event)) {
      const { state } = await tutti.run(tenant, runId);
      out.write(`\n${bold("The plan")}\n${renderText(state, drawing)}\n\n${bold("Running")}\n`);
    }
  }
  const report = await tutti.run(tenant, runId);
  out.write(`\n${bold("The graph as it ran")}\n${renderText(report.state, drawing)}\n`);
  if (report.answer) {
    out.write(`\n${bold("Answer")} ${dim(`(${report.state.status})`)}\n${report.answer.text}\n`);
    await saveFiles(tutti, tenant, report.answer, outputFolder);
  }
  return report;
}

function isPlanned(event: RunEvent): boolean {
  const ended = event.type === "node-succeeded" || event.type === "node-failed";
  return ended && event.data.nodeId === PLAN_NODE;
}

/** @param sinceMs how long the run had been going on by then */
function lineFor(event: RunEvent, sinceMs: number): string | undefined {
  switch (event.type) {
    case "node-added":
      return plannedLine(event.data.node, sinceMs);
    case "node-started":
      return dim(`  … ${event.data.nodeId} ${event.data.expert?.id ?? ""}`.trimEnd());
    case "node-succeeded":
      return `  ${good("✓")} ${event.data.nodeId} ${dim(`${event.data.usage.runMs ?? 0} ms`)}`;
    case "node-failed":
      return `  ${bad("✗")} ${event.data.nodeId} ${event.data.error.message}`;
    case "attempt-failed":
      return `  ${bad("↻")} ${event.data.nodeId} attempt ${event.data.attempt}: ${event.data.error.message}`;
    case "node-skipped":
      return `  ↷ ${event.data.nodeId} ${dim(event.data.reason)}`;
    case "note-added":
      return dim(`  note: ${event.data.text}`);
    default:
      return undefined;
  }
}

/** A step that has just been planned: the next ones may still be being written, and this one begins. */
function plannedLine({ id, task, kind, item, by }: NodeSpec, sinceMs: number): string | undefined {
  if (kind !== "task" || item) return undefined;
  const origin = by === undefined ? "" : `, ${describeOrigin(by)}`;
  return `  + ${id} ${task} ${dim(`at ${seconds(sinceMs)}${origin}`)}`;
}

async function saveFiles(tutti: Tutti, tenant: string, { assets }: Answer, folder: string): Promise<void> {
  if (assets.length === 0) return;
  await mkdir(folder, { recursive: true });
  out.write(`\n${bold("Files")}\n`);
  const taken = new Set<string>();
  for (const { asset, name = asset, node } of assets) {
    const file = freeName(safeName(name), node, taken);
    taken.add(file);
    const path = join(folder, file);
    await pipeline(await tutti.readAsset(tenant, asset), createWriteStream(path));
    out.write(`  ${relative(process.cwd(), path)} ${dim(`[${node}]`)}\n`);
  }
}

/** Two steps may make files of one name, and one step several. */
function freeName(name: string, node: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 1; taken.has(free); count += 1) free = `${node}-${count === 1 ? "" : `${count}-`}${name}`;
  return free;
}
