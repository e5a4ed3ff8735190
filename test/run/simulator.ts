/**
 * A whole Tutti in miniature around the kernel: a store that lasts, two processes with caches that don't, an outbox, a
 * queue, and workers that stall, vanish, come back from the dead, and send everything twice. It can be killed before
 * and after every commit. Everything is decided by the caller's numbers, so a failing case can be replayed.
 */
import assert from "node:assert/strict";
import type { Command, Decision } from "../../src/run/commands.ts";
import { evaluateCondition } from "../../src/run/condition.ts";
import { decide } from "../../src/run/decide.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { applyEvents, foldEvents } from "../../src/run/reduce.ts";
import { pendingConditions } from "../../src/run/settle.ts";
import type { RunRequest } from "../../src/run/request.ts";
import { isFinished, outputOf, type RunState } from "../../src/run/state.ts";
import { load, type Scenario } from "./arbitraries.ts";
import type { UntimedCommand } from "./drive-run.ts";
import { Ledger } from "./ledger.ts";
import { programOf, type Step } from "./simulated-worker.ts";
import { freezeState } from "./freeze.ts";

export type Crash = "none" | "before" | "after";

export interface Job {
  readonly nodeId: string;
  readonly attempt: number;
}

interface Worker {
  readonly job: Job;
  readonly steps: Step[];
}

export interface SimulationOptions {
  /** Kills everything at this command, counted from 0. */
  readonly crashAt?: { readonly command: number; readonly when: Crash };
}

export class Simulation {
  readonly ledger: Ledger;
  readonly scenario: Scenario;
  /** What was sent so far, to be sent again. */
  readonly sent: UntimedCommand[] = [];
  /** How many commands were decided, refused ones included. */
  commands = 0;
  outbox: Job[] = [];
  queue: Job[] = [];
  workers: Worker[] = [];
  readonly #options: SimulationOptions;
  /** The store: text, so that nothing survives that would not survive a database. */
  readonly #stored: string[] = [];
  #caches: (RunState | undefined)[] = [undefined, undefined];
  #now = 0;
  #turn = 0;

  constructor(scenario: Scenario, options: SimulationOptions = {}) {
    this.scenario = scenario;
    this.#options = options;
    this.ledger = new Ledger(scenario);
    const effects = scenario.effectsAllowed ? "external" : "none";
    const request: RunRequest = { messages: [], options: { effects } };
    const { maxNodes } = scenario;
    this.send({ type: "create", runId: "r1", tenant: "default", request, deadlineAt: 500, maxNodes });
  }

  /** The state as the store has it. */
  get state(): RunState {
    const state = this.#refresh(0);
    assert(state, "the run was created");
    return state;
  }

  get finished(): boolean {
    return this.#stored.length > 0 && isFinished(this.state);
  }

  /** Sends a command by either process, until it is committed or objected to on the newest state. */
  send(command: UntimedCommand, crash: Crash = "none"): Decision {
    this.sent.push(command);
    const planned = this.#options.crashAt;
    const when = planned?.command === this.commands ? planned.when : crash;
    this.commands += 1;
    if (when === "before") this.crash();
    const decision = this.#commit(command);
    if (when === "none") return decision;
    if (when === "after") this.crash();
    // The acknowledgement is lost: whoever sent the command sends it again.
    return this.#commit(command);
  }

  /** Kills the processes. What is not in the store is gone; the workers may run elsewhere and live on. */
  crash(workersSurvive = false): void {
    this.#caches = [undefined, undefined];
    this.queue = [];
    if (!workersSurvive) this.workers = [];
    if (this.#stored.length === 0) return;
    const waiting = new Set(this.outbox.map(({ nodeId, attempt }) => `${nodeId}.${attempt}`));
    for (const { spec, status, attempt } of this.state.nodes.values()) {
      const owed = (status === "ready" || status === "running") && !spec.each && !waiting.has(`${spec.id}.${attempt}`);
      if (owed) this.queue.push({ nodeId: spec.id, attempt });
    }
  }

  /** Brings the n-th outbox entry to the queue. */
  deliver(pick = 0): void {
    const [job] = this.outbox.splice(pick % Math.max(1, this.outbox.length), 1);
    if (job) this.queue.push(job);
  }

  /** A worker takes the n-th job of the queue: routes it, starts it. */
  pull(pick = 0, crash: Crash = "none"): void {
    const [job] = this.queue.splice(pick % Math.max(1, this.queue.length), 1);
    if (!job) return;
    const node = this.state.nodes.get(job.nodeId);
    if (node?.spec.kind === "task" && node.experts.length === 0) {
      const experts = ["first", "second"].map((id) => ({ id, version: "1" }));
      this.send({ type: "route", ...job, experts, reason: "best" }, crash);
    }
    const decision = this.send({ type: "start", ...job, worker: `w${this.commands}` }, crash);
    const started = decision.outcome === "events" && decision.events.find(({ type }) => type === "node-started");
    if (started) this.workers.push({ job, steps: programOf(this.scenario, this.state, job) });
  }

  /** The n-th worker does its next step. */
  step(pick = 0, crash: Crash = "none"): void {
    const at = pick % Math.max(1, this.workers.length);
    const worker = this.workers[at];
    const command = worker?.steps.shift()?.(this.state);
    if (command) this.send(command, crash);
    this.workers = this.workers.filter(({ steps }) => steps.length > 0);
  }

  /** The n-th worker is thought dead, and its job is delivered again; it may be alive all the same. */
  stall(pick: number, alive: boolean): void {
    const worker = this.workers[pick % Math.max(1, this.workers.length)];
    if (!worker) return;
    this.queue.push(worker.job);
    if (!alive) this.workers = this.workers.filter((other) => other !== worker);
  }

  /** Somebody loads the value that a condition waits for. */
  decideCondition(pick = 0, crash: Crash = "none"): void {
    const pending = pendingConditions(this.state);
    const question = pending[pick % Math.max(1, pending.length)];
    if (!question) return;
    const { nodeId, when } = question;
    const value = outputOf(this.state, when.from, when.output);
    assert(value?.type === "spilled", "only a spilled value leaves a condition open");
    const holds = evaluateCondition(when, load(this.scenario, value.ref));
    assert(holds !== "unknown", "a loaded value tells");
    this.send({ type: "decide-condition", nodeId, holds }, crash);
  }

  /** Workers keep working, and nothing more goes wrong: the run has to end. `order` says who goes first. */
  finish(order: readonly number[] = []): void {
    for (let turn = 0; !this.finished; turn += 1) {
      assert(turn < 5000, "the run ends within a bounded number of steps");
      const pick = order[turn % Math.max(1, order.length)] ?? 0;
      const choices = [
        ...(this.outbox.length > 0 ? [() => this.deliver(pick)] : []),
        ...(this.queue.length > 0 ? [() => this.pull(pick)] : []),
        ...(this.workers.length > 0 ? [() => this.step(pick)] : []),
        ...(pendingConditions(this.state).length > 0 ? [() => this.decideCondition(pick)] : []),
      ];
      const choice = choices[pick % Math.max(1, choices.length)];
      assert(choice, `the run is not stuck: ${describe(this.state)}`);
      choice();
    }
    this.#checkReplay();
  }

  #commit(command: UntimedCommand): Decision {
    const timed = { ...command, at: (this.#now += 10) };
    this.#turn = 1 - this.#turn;
    for (;;) {
      const state = this.#caches[this.#turn];
      const decision = decidePurely(state, timed);
      const revision = this.#stored.length;
      if ((state?.revision ?? 0) !== revision) {
        // Somebody else was faster, or this process knows nothing yet: read what is new, decide again.
        this.#refresh(this.#turn);
        continue;
      }
      if (decision.outcome === "events") this.#store(decision.events);
      return decision;
    }
  }

  #store(events: readonly RunEvent[]): void {
    for (const event of events) {
      this.ledger.write(event);
      this.#stored.push(JSON.stringify(event));
      if (event.type === "node-ready") {
        this.outbox.push({ nodeId: event.data.nodeId, attempt: event.data.attempt });
      }
    }
    this.ledger.checkGraph();
    const state = applyEvents(this.#caches[this.#turn], events);
    this.#caches[this.#turn] = state && freezeState(state);
  }

  #refresh(process: number): RunState | undefined {
    const state = this.#caches[process];
    const news = this.#stored.slice(state?.revision ?? 0).map((line) => JSON.parse(line) as RunEvent);
    const next = news.length > 0 ? applyEvents(state, news) : state;
    this.#caches[process] = next && freezeState(next);
    return this.#caches[process];
  }

  #checkReplay(): void {
    const replayed = foldEvents(this.#stored.map((line) => JSON.parse(line) as RunEvent));
    for (const process of [0, 1]) assert.deepEqual(this.#refresh(process), replayed, "replay gives the same state");
  }
}

/** Decides twice, on a frozen state: the same must come of it, and the state must be as it was. */
function decidePurely(state: RunState | undefined, command: Command): Decision {
  const before = state && [...state.nodes];
  const decision = decide(state, command);
  assert.deepEqual(decide(state, command), decision, "deciding is deterministic");
  const after = state && [...state.nodes];
  assert(before?.every(([id, node], at) => after?.[at]?.[0] === id && after[at][1] === node) ?? true, "and pure");
  assert.equal(after?.length, before?.length);
  if (decision.outcome !== "events") assert(!("events" in decision), "an objection changes nothing");
  else assert(decision.events.length > 0, "an empty commit is none");
  return decision;
}

function describe(state: RunState): string {
  return [...state.nodes.values()].map(({ spec, status }) => `${spec.id} ${status}`).join(", ");
}
