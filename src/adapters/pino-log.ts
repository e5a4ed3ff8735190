/** Logs for reading: a line per event, and the graph itself when the plan is made and when the run ends. */
import { pino, type Logger } from "pino";
import pretty from "pino-pretty";
import type { Config } from "../config.ts";
import type { Committed } from "../dispatch/run-book.ts";
import { describeOrigin } from "../run/describe-node.ts";
import type { NodeSpec, RunEvent } from "../run/events.ts";
import { renderText } from "../run/render-text.ts";
import { PLAN_NODE, type RunState } from "../run/state.ts";

export function createLogger({ log, logLevel }: Pick<Config, "log" | "logLevel">, isTerminal: boolean): Logger {
  if (log === "off") return pino({ level: "silent" });
  const forPeople = log === "pretty" || (log === "auto" && isTerminal);
  const redact = ["*.authorization", "*.token", "*.apiKey", "*.password"];
  if (!forPeople) return pino({ level: logLevel, base: null, redact });
  const stream = pretty({
    colorize: isTerminal,
    hideObject: true,
    sync: true,
    // A function and not a template: templates squeeze the graph's spaces.
    messageFormat: ({ msg, graph }) => (typeof graph === "string" ? `${String(msg)}\n${graph}` : String(msg)),
  });
  return pino({ level: logLevel, base: null, redact }, stream);
}

/** Writes what happened to a run. */
export function logCommit(logger: Logger, { state, events }: Committed): void {
  for (const event of events) {
    const level = isTrouble(event) ? "warn" : event.type === "answer-part" ? "debug" : "info";
    logger[level]({ ...fieldsOf(event), runId: state.runId, seq: event.seq }, tell(event));
    const planned = "nodeId" in event.data && event.data.nodeId === PLAN_NODE && isSettledEvent(event);
    if (planned || event.type === "run-finished") logGraph(logger, state, planned ? "plan" : "result");
  }
}

function logGraph(logger: Logger, state: RunState, moment: "plan" | "result"): void {
  const graph = renderText(state, { color: false });
  logger.info({ runId: state.runId, graph }, `${state.runId} ${moment}:`);
}

function isTrouble({ type }: RunEvent): boolean {
  return type === "node-failed" || type === "attempt-failed";
}

function isSettledEvent({ type }: RunEvent): boolean {
  return type === "node-succeeded" || type === "node-failed";
}

/** Outputs and requests may be long or private: a log line names them, it does not hold them. */
function fieldsOf(event: RunEvent): Record<string, unknown> {
  switch (event.type) {
    case "run-created":
      return { event: event.type, tenant: event.data.tenant };
    case "node-added":
      return { event: event.type, nodeId: event.data.node.id, task: event.data.node.task, kind: event.data.node.kind };
    case "node-succeeded":
      return {
        event: event.type,
        nodeId: event.data.nodeId,
        attempt: event.data.attempt,
        outputs: Object.keys(event.data.outputs),
        ...event.data.usage,
      };
    default:
      return { event: event.type, ...event.data };
  }
}

function originOf({ by }: NodeSpec): string {
  return by === undefined ? "" : `, ${describeOrigin(by)}`;
}

function tell(event: RunEvent): string {
  const run = event.runId;
  switch (event.type) {
    case "run-created":
      return `${run} accepted`;
    case "node-added":
      return `${run} ${event.data.node.id} added: ${event.data.node.task}${originOf(event.data.node)}`;
    case "node-ready":
      return `${run} ${event.data.nodeId} ready, attempt ${event.data.attempt}`;
    case "node-routed":
      return `${run} ${event.data.nodeId} goes to ${event.data.experts[0]?.id}: ${event.data.reason}`;
    case "node-started":
      return `${run} ${event.data.nodeId} started by ${event.data.worker}`;
    case "node-succeeded":
      return `${run} ${event.data.nodeId} done in ${event.data.usage.runMs ?? 0} ms`;
    case "attempt-failed":
      return `${run} ${event.data.nodeId} attempt ${event.data.attempt} failed, tried again: ${event.data.error.message}`;
    case "node-failed":
      return `${run} ${event.data.nodeId} failed: ${event.data.error.message}`;
    case "node-skipped":
      return `${run} ${event.data.nodeId} skipped: ${event.data.reason}`;
    case "node-canceled":
      return `${run} ${event.data.nodeId} canceled: ${event.data.reason}`;
    case "node-withdrawn":
      return `${run} ${event.data.nodeId} withdrawn: planning began anew`;
    case "node-mapped":
      return `${run} ${event.data.nodeId} spreads over ${event.data.width} items`;
    case "condition-decided":
      return `${run} ${event.data.nodeId} condition ${event.data.holds ? "holds" : "does not hold"}`;
    case "answer-part":
      return `${run} ${event.data.nodeId} writes: ${event.data.text}`;
    case "note-added":
      return `${run} ${event.data.nodeId}: ${event.data.text}`;
    case "run-finished":
      return `${run} ${event.data.status}${event.data.reason === undefined ? "" : `: ${event.data.reason}`}`;
  }
}
