/**
 * What a sceptic writes down while a run goes on: a second, simpler reading of the events, and what must hold at each.
 * Shares no code with the kernel but the shapes of events and plans.
 */
import assert from "node:assert/strict";
import type { EventType, NodeSpec, RunEvent, RunStatus, SkipCause } from "../../src/run/events.ts";
import { dataReferences, dependenciesOf, type Condition, type Reference } from "../../src/run/plan-node.ts";
import type { Value } from "../../src/run/value.ts";
import { load, type Scenario } from "./arbitraries.ts";

export interface Entry {
  readonly spec: NodeSpec;
  readonly addedSeq: number;
  attempt: number;
  delivery: number;
  begun: boolean;
  fate: "succeeded" | "failed" | "skipped" | "canceled" | undefined;
  cause?: SkipCause;
  code?: string;
  outputs: Readonly<Record<string, Value>>;
  mapped: boolean;
}

export class Ledger {
  readonly entries = new Map<string, Entry>();
  status: RunStatus | undefined;
  readonly #scenario: Scenario;
  readonly #attempts = new Set<string>();
  readonly #completions = new Set<string>();
  #seq = 0;
  #withdrew = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** To be called after each commit. */
  checkGraph(): void {
    if (!this.#withdrew) return;
    this.#withdrew = false;
    for (const { spec, addedSeq } of this.entries.values()) {
      for (const id of dependenciesOf(spec)) assert(this.entry(id).addedSeq < addedSeq, `${spec.id} points back`);
    }
  }

  write(event: RunEvent): void {
    assert.equal(event.seq, this.#seq + 1, "no gap in seq");
    assert.equal(this.status, undefined, `nothing happens after the end: ${event.type}`);
    this.#seq = event.seq;
    switch (event.type) {
      case "run-created":
      case "note-added":
        return;
      case "run-finished":
        for (const [id, entry] of this.entries) assert(entry.fate, `${id} has settled before the run ended`);
        this.status = event.data.status;
        return;
      case "node-added":
        return this.#add(event.data.node);
      case "node-withdrawn": {
        const entry = this.entry(event.data.nodeId);
        assert(entry.fate === undefined || entry.fate === "skipped", "only what did not run is withdrawn");
        assert(entry.delivery === 0 && !entry.mapped, "nothing that began is withdrawn");
        this.entries.delete(event.data.nodeId);
        this.#withdrew = true;
        return;
      }
      default:
        this.#change(this.entry(event.data.nodeId), event);
    }
  }

  entry(nodeId: string): Entry {
    const entry = this.entries.get(nodeId);
    assert(entry, `node ${nodeId} is in the graph`);
    return entry;
  }

  items(nodeId: string): Entry[] {
    return [...this.entries.values()].filter(({ spec }) => spec.item?.of === nodeId);
  }

  /** What a reference gives now; undefined where it gives nothing. */
  valueOf({ from, output, index }: Reference): Value | undefined {
    const entry = this.entries.get(from);
    if (entry?.fate !== "succeeded") return undefined;
    if (!entry.spec.each) return pick(new Map(Object.entries(entry.outputs)).get(output), index);
    const items = this.items(from).filter(({ fate }) => fate === "succeeded");
    const given = items.flatMap((item) => {
      const value = new Map(Object.entries(item.outputs)).get(output);
      return value ? [{ at: item.spec.item?.index, value }] : [];
    });
    if (index !== undefined) return given.find(({ at }) => at === index)?.value;
    return { type: "list", of: "json", items: given.map(({ value }) => value) };
  }

  /** Whether a condition holds, with spilled values loaded. */
  holds(when: Condition): boolean {
    const value = this.valueOf({ from: when.from, output: when.output });
    return conditionHolds(when, value?.type === "spilled" ? load(this.#scenario, value.ref) : value);
  }

  planIsOpen(): boolean {
    return [...this.entries.values()].some(({ spec, fate }) => spec.kind === "plan" && !fate);
  }

  #add(spec: NodeSpec): void {
    assert(!this.entries.has(spec.id), `${spec.id} is added once`);
    for (const id of dependenciesOf(spec)) assert(this.entries.has(id), `${spec.id} points at what is there`);
    const entry = { spec, addedSeq: this.#seq, attempt: 0, delivery: 0, begun: false, fate: undefined };
    this.entries.set(spec.id, { ...entry, outputs: {}, mapped: false });
    assert(this.entries.size <= this.#scenario.maxNodes, "the limit of nodes holds");
  }

  #change(entry: Entry, event: RunEvent & { readonly data: { readonly nodeId: string } }): void {
    const { id } = entry.spec;
    assert.equal(entry.fate, undefined, `${event.type}: ${id} has ended already`);
    switch (event.type) {
      case "node-ready": {
        const name = `${id}.${event.data.attempt}`;
        assert.equal(typeof event.data.attempt, "number");
        assert(!this.#attempts.has(name), `attempt ${name} is used once`);
        this.#attempts.add(name);
        entry.attempt = event.data.attempt;
        entry.delivery = 0;
        return;
      }
      case "node-started":
        assert.equal(event.data.attempt, entry.attempt);
        assert.equal(event.data.delivery, entry.delivery + 1);
        entry.delivery += 1;
        this.#mayStart(entry);
        entry.begun = true;
        return;
      case "node-mapped":
        this.#mayStart(entry);
        entry.mapped = true;
        return;
      case "attempt-failed":
        assert.equal(event.data.attempt, entry.attempt);
        return;
      case "node-succeeded": {
        const name = `${id}.${event.data.attempt}`;
        assert(!this.#completions.has(name), `${name} is completed once`);
        this.#completions.add(name);
        if (entry.spec.each)
          assert(
            this.items(id).every(({ fate }) => fate),
            "a map ends after its items",
          );
        else assert(event.data.attempt === entry.attempt && entry.delivery > 0, "only what runs is completed");
        entry.fate = "succeeded";
        entry.outputs = event.data.outputs;
        return;
      }
      case "node-failed":
        entry.fate = "failed";
        entry.code = event.data.error.code;
        return;
      case "node-skipped":
        assert.equal(entry.delivery, 0, "what runs is not skipped");
        entry.fate = "skipped";
        entry.cause = event.data.cause;
        return;
      case "node-canceled":
        entry.fate = "canceled";
        return;
      default:
        assert(["node-routed", "condition-decided"].includes(event.type satisfies EventType));
    }
  }

  #mayStart({ spec, begun }: Entry): void {
    for (const reference of dataReferences(spec)) {
      if (reference.optional) continue;
      assert.equal(this.entries.get(reference.from)?.fate, "succeeded", `${spec.id} has ${reference.from}`);
      assert(this.valueOf(reference), `${spec.id} has ${reference.from}.${reference.output}`);
    }
    for (const id of dependenciesOf(spec)) {
      assert(this.entry(id).fate, `${spec.id} starts after ${id}`);
    }
    if (spec.when) assert(this.holds(spec.when), `${spec.id} starts only if its condition holds`);
    if (spec.effects === "external") assert(this.#scenario.effectsAllowed, "no effects that were not allowed");
    // Effects that began before a new planning was asked for can't be held back any more.
    const bound = spec.kind === "fuse" || (spec.effects === "external" && !begun);
    if (bound) assert(!this.planIsOpen(), `${spec.id} starts after the plan is closed`);
    if (spec.kind !== "fuse") return;
    for (const other of this.entries.values()) assert(other.spec === spec || other.fate, "the answer comes last");
  }
}

function pick(value: Value | undefined, index: number | undefined): Value | undefined {
  if (index === undefined || !value) return value;
  if (value.type === "list") return value.items[index];
  return value.type === "spilled" && index < (value.length ?? 0) ? value : undefined;
}

function scalarOf(value: Value): string | number | boolean | undefined {
  return value.type === "text" || value.type === "number" || value.type === "boolean" ? value.value : undefined;
}

function conditionHolds({ op, value: literal }: Condition, value: Value | undefined): boolean {
  const sized = value?.type === "boxes" || value?.type === "labels" ? value.value.map(({ label }) => label) : undefined;
  const parts = value?.type === "list" ? value.items.map(scalarOf) : sized;
  const scalar = value && scalarOf(value);
  const isEmpty = parts ? parts.length === 0 : typeof scalar === "string" && scalar.trim() === "";
  const size = parts ? parts.length : scalar;
  switch (op) {
    case "exists":
      return value !== undefined && !isEmpty;
    case "empty":
      return value === undefined || isEmpty;
    case "eq":
      return scalar !== undefined && scalar === literal;
    case "ne":
      return scalar === undefined || scalar !== literal;
    case "lt":
      return typeof size === "number" && typeof literal === "number" && size < literal;
    case "gt":
      return typeof size === "number" && typeof literal === "number" && size > literal;
    case "contains": {
      const wanted = String(literal).toLowerCase();
      if (parts) return parts.some((part) => part !== undefined && String(part).toLowerCase() === wanted);
      return typeof scalar === "string" && scalar.toLowerCase().includes(wanted);
    }
  }
}
