/** Compares what is recorded of one run with what has to be. */
import type { RunEvent } from "../../src/run/events.ts";
import { ITEM_SEPARATOR, type PlanNode } from "../../src/run/plan-node.ts";
import { foldEvents } from "../../src/run/reduce.ts";
import { ANSWER_NODE, isFinished, PLAN_NODE, type RunState } from "../../src/run/state.ts";
import type { Value } from "../../src/run/value.ts";
import { expectationsOf, expectedEnd, predecessorsOf, type Expected } from "./reference.ts";
import { sha256, type StepOutputs } from "./step.ts";

/** Each a sentence that names the run and the node. */
export interface Violations {
  /** Accepted, and not there or not ended. */
  readonly lost: readonly string[];
  /** A node that settled twice, or a record that does not add up. */
  readonly twice: readonly string[];
  /** A node that began before what it depends on had settled, or that came to something else than it has to. */
  readonly order: readonly string[];
  /** A node or a run that ended as it must not. */
  readonly ended: readonly string[];
}

export function checkRun(runId: string, plan: readonly PlanNode[], events: readonly RunEvent[]): Violations {
  const record = new Chronicle(runId, plan);
  for (const event of events) record.see(event);
  const { twice, order } = record;
  let state: RunState | undefined;
  try {
    state = foldEvents(events);
  } catch (error) {
    twice.push(`${runId}: ${String(error)}`);
  }
  if (!state || !isFinished(state)) {
    return { lost: [`${runId}: ${state ? `is ${state.status} still` : "is not there"}`], twice, order, ended: [] };
  }
  const differing = [...state.nodes].filter(([id, { status }]) => record.settled.get(id) !== status);
  twice.push(...differing.map(([id, { status }]) => `${runId}: ${id} is ${status}, which its events don't say`));
  return { lost: [], twice, ...compare(state, plan, order) };
}

/** Reads events one by one, with as little knowledge of their meaning as possible. */
class Chronicle {
  readonly twice: string[] = [];
  readonly order: string[] = [];
  /** How nodes ended. */
  readonly settled = new Map<string, string>();
  readonly #runId: string;
  readonly #predecessors: ReadonlyMap<string, readonly string[]>;
  readonly #open = new Set<string>();
  /** Attempts, as `node.attempt`. */
  readonly #started = new Set<string>();
  #seq = 0;
  #finished = false;

  constructor(runId: string, plan: readonly PlanNode[]) {
    this.#runId = runId;
    this.#predecessors = new Map(plan.map((node) => [node.id, predecessorsOf(node)]));
  }

  see({ seq, type, data }: RunEvent): void {
    this.#seq += 1;
    if (seq !== this.#seq) this.twice.push(`${this.#runId}: event ${seq} is in the place of ${this.#seq}`);
    if (this.#finished) this.twice.push(`${this.#runId}: ${type} comes after the end`);
    switch (type) {
      case "node-added":
        this.#open.add(data.node.id);
        break;
      case "node-withdrawn": {
        const { nodeId } = data;
        if ((this.settled.get(nodeId) ?? "skipped") !== "skipped") this.#tellTwice(nodeId, "was withdrawn");
        this.settled.delete(nodeId);
        this.#open.delete(nodeId);
        break;
      }
      case "node-ready":
        this.#begin(data.nodeId, "became ready");
        break;
      case "node-started":
        this.#begin(data.nodeId, "started");
        this.#started.add(`${data.nodeId}.${data.attempt}`);
        break;
      case "node-mapped":
        this.#begin(data.nodeId, "was mapped");
        this.#started.add(`${data.nodeId}.1`);
        break;
      case "node-succeeded": {
        const { nodeId, attempt } = data;
        if (!this.#started.has(`${nodeId}.${attempt}`)) {
          this.order.push(`${this.#runId}: ${nodeId} succeeded in attempt ${attempt}, which never started`);
        }
        this.#settle(nodeId, "succeeded");
        break;
      }
      case "node-failed":
        this.#settle(data.nodeId, "failed");
        break;
      case "node-skipped":
        this.#settle(data.nodeId, "skipped");
        break;
      case "node-canceled":
        this.#settle(data.nodeId, "canceled");
        break;
      case "run-finished":
        this.#finished = true;
        break;
      default:
    }
  }

  #begin(nodeId: string, did: string): void {
    if (this.settled.has(nodeId)) this.#tellTwice(nodeId, did);
    const missing = this.#neededBy(nodeId).filter((id) => !this.settled.has(id));
    if (missing.length > 0)
      this.order.push(`${this.#runId}: ${nodeId} ${did} before ${missing.join(", ")} had settled`);
  }

  #neededBy(nodeId: string): readonly string[] {
    if (nodeId === ANSWER_NODE) return [...this.#open].filter((id) => id !== ANSWER_NODE);
    // An item's id tells whose it is.
    return this.#predecessors.get(nodeId.split(ITEM_SEPARATOR)[0] ?? "") ?? [];
  }

  #settle(nodeId: string, status: string): void {
    if (this.settled.has(nodeId)) this.#tellTwice(nodeId, `then ${status}`);
    this.settled.set(nodeId, status);
  }

  #tellTwice(nodeId: string, then: string): void {
    this.twice.push(`${this.#runId}: ${nodeId} had ${this.settled.get(nodeId)}, and ${then}`);
  }
}

function compare(state: RunState, plan: readonly PlanNode[], order: string[]): Pick<Violations, "order" | "ended"> {
  const { runId, nodes } = state;
  const ended: string[] = [];
  const expectations = expectationsOf(plan);
  const expected = new Map<string, Expected | "succeeded">([
    [PLAN_NODE, "succeeded"],
    [ANSWER_NODE, "succeeded"],
    ...expectations,
  ]);
  for (const [id, expectation] of expectations) {
    if (!("items" in expectation)) continue;
    for (const [place, item] of expectation.items) expected.set(`${id}${ITEM_SEPARATOR}${place}`, item);
  }
  for (const id of nodes.keys()) if (!expected.has(id)) ended.push(`${runId}: ${id} must not be there`);
  for (const [id, expectation] of expected) {
    const node = nodes.get(id);
    const status = typeof expectation === "string" ? expectation : expectation.status;
    if (node?.status !== status) {
      const why = node?.error ? ` (${node.error.code}: ${node.error.message})` : "";
      ended.push(`${runId}: ${id} is ${node?.status ?? "not there"}${why}, and has to be ${status}`);
    } else if (typeof expectation !== "string" && "outputs" in expectation) {
      const { outputs } = expectation;
      if (!isSame(node.outputs, outputs)) order.push(`${runId}: ${id} gave something else than it has to`);
    }
  }
  const end = expectedEnd(expectations);
  if (state.status !== end) ended.push(`${runId}: ended as ${state.status}, and has to be ${end}`);
  return { order, ended };
}

function isSame(recorded: Readonly<Record<string, Value>>, { text, number, words }: StepOutputs): boolean {
  const told = recorded["text"];
  const sameText = told?.type === "spilled" ? told.ref === sha256(text) : told?.type === "text" && told.value === text;
  const list = recorded["words"];
  const toldWords = list?.type === "list" ? list.items.map((item) => (item.type === "text" ? item.value : "")) : [];
  const count = recorded["number"];
  return sameText && count?.type === "number" && count.value === number && toldWords.join() === words.join();
}
