/** Drives one run through the kernel by hand, the way a dispatcher does, with a clock that moves one second a command. */
import assert from "node:assert/strict";
import type { Command, Decision } from "../../src/run/commands.ts";
import { decide } from "../../src/run/decide.ts";
import type { NodeError, NodeSpec, RunEvent, Usage } from "../../src/run/events.ts";
import type { PlanNode } from "../../src/run/plan-node.ts";
import { applyEvents } from "../../src/run/reduce.ts";
import type { Message, RunOptions } from "../../src/run/request.ts";
import { ANSWER_NODE, PLAN_NODE, type NodeState, type RunState } from "../../src/run/state.ts";
import type { Value } from "../../src/run/value.ts";

type Untimed<T> = T extends unknown ? Omit<T, "at"> : never;
export type UntimedCommand = Untimed<Command>;
/** What a test says of a planned node; the rest is filled in. */
export type PlannedNode = Partial<NodeSpec> & Pick<PlanNode, "id">;

export interface DriveOptions {
  readonly options?: RunOptions;
  readonly messages?: readonly Message[];
  readonly maxNodes?: number;
  readonly deadlineAt?: number;
}

export const DETECTOR = { id: "detector", version: "1" };
export const SECOND_DETECTOR = { id: "second-detector", version: "1" };

export function drive(options: DriveOptions = {}): RunDriver {
  return new RunDriver(options);
}

export class RunDriver {
  state: RunState;
  readonly events: RunEvent[] = [];
  /** Epoch milliseconds of the last command. */
  now = 0;

  constructor({ options = {}, messages = [], maxNodes = 100, deadlineAt = 600_000 }: DriveOptions) {
    const request = { messages: [...messages], options };
    const created = decide(undefined, {
      type: "create",
      at: 0,
      runId: "r1",
      tenant: "default",
      request,
      deadlineAt,
      maxNodes,
    });
    this.state = this.#record(undefined, created);
  }

  /** Decides and applies; the decision is handed back, whatever it is. */
  send(command: UntimedCommand): Decision {
    this.now += 1000;
    const decision = decide(this.state, { ...command, at: this.now });
    if (decision.outcome === "events") this.state = this.#record(this.state, decision);
    return decision;
  }

  /** The same for a command that has to be accepted. */
  must(command: UntimedCommand): void {
    const decision = this.send(command);
    assert(decision.outcome === "events", `${command.type} is ${decision.outcome}: ${JSON.stringify(decision)}`);
  }

  /** Starts planning if it has not begun, and adds nodes. */
  plan(...nodes: readonly PlannedNode[]): this {
    if (this.node(PLAN_NODE).status === "ready") this.start(PLAN_NODE);
    this.must({ type: "add-nodes", planId: PLAN_NODE, attempt: this.node(PLAN_NODE).attempt, nodes: nodes.map(spec) });
    return this;
  }

  closePlan(): this {
    return this.complete(PLAN_NODE);
  }

  /** Routes if need be, and starts the current attempt. */
  start(nodeId: string, worker = "w1"): this {
    const { attempt, experts, spec: node } = this.node(nodeId);
    if (node.kind === "task" && experts.length === 0) {
      const routed = [DETECTOR, SECOND_DETECTOR];
      this.must({ type: "route", nodeId, attempt, experts: routed, reason: "best score" });
    }
    this.must({ type: "start", nodeId, attempt, worker });
    return this;
  }

  complete(nodeId: string, outputs: Readonly<Record<string, Value>> = {}, usage: Usage = {}): this {
    this.must({ type: "complete", nodeId, attempt: this.node(nodeId).attempt, outputs, usage });
    return this;
  }

  run(nodeId: string, outputs: Readonly<Record<string, Value>> = {}, usage: Usage = {}): this {
    return this.start(nodeId).complete(nodeId, outputs, usage);
  }

  /** Gives the current attempt up, for good unless `retry` says which expert is to try next. */
  fail(nodeId: string, error: Partial<NodeError> = {}, retry?: number): this {
    const { attempt } = this.node(nodeId);
    const next = retry === undefined ? undefined : { expertIndex: retry, notBefore: this.now };
    const full = { code: "expert-failed", message: "it broke", retryable: retry !== undefined, ...error };
    this.must({ type: "fail", nodeId, attempt, error: full, next });
    return this;
  }

  /** Starts, then fails for good. */
  lose(nodeId: string, error: Partial<NodeError> = {}): this {
    return this.start(nodeId).fail(nodeId, error);
  }

  answer(): this {
    return this.run(ANSWER_NODE, { text: text("done") });
  }

  node(nodeId: string): NodeState {
    const node = this.state.nodes.get(nodeId);
    if (!node) throw new Error(`no node ${nodeId}; there are ${[...this.state.nodes.keys()].join(", ")}`);
    return node;
  }

  status(nodeId: string): string {
    return this.node(nodeId).status;
  }

  #record(state: RunState | undefined, decision: Decision): RunState {
    if (decision.outcome !== "events") throw new Error(`${decision.outcome}: ${decision.reason}`);
    const next = applyEvents(state, decision.events);
    if (!next) throw new Error("no state");
    this.events.push(...decision.events);
    return next;
  }
}

export function spec(node: PlannedNode): NodeSpec {
  return { kind: "task", task: "object-detection", inputs: {}, ...node };
}

export const text = (value: string): Value => ({ type: "text", value });
export const number = (value: number): Value => ({ type: "number", value });
export const texts = (...values: readonly string[]): Value => ({ type: "list", of: "text", items: values.map(text) });
export const from = (nodeId: string, output: string) => ({ from: nodeId, output });
