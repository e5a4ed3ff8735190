/** Random plans with everything that a plan may have: joins, branches, maps, templates, nodes that fail or are flaky. */
import type { Binding, Condition, PlanNode, Reference } from "../../src/run/plan-node.ts";
import type { Random } from "../bench/graphs.ts";
import { expectedOf, isCertain, type Expected } from "./reference.ts";
import type { Fate } from "./step.ts";

/** Of a hundred nodes; the rest are fine. */
const FATES: readonly (readonly [Fate, number])[] = [
  ["long", 8],
  ["flaky", 6],
  ["fail", 2],
];
const FATES_OF_MAPS: readonly (readonly [Fate, number])[] = [
  ["long", 8],
  ["flaky", 6],
  ["some", 35],
];
/** Nodes without any before them. */
const SOURCES = 3;
/** How far back a node looks for what it depends on: so graphs grow deep as well as wide. */
const REACH = 10;

/**
 * The same plan for the same numbers; every node comes after those that it depends on.
 * @param label starts the names of the nodes, which are unlike those of other labels
 * @param longestMs that a node may take, milliseconds
 */
export function randomPlan(label: string, size: number, random: Random, longestMs = 25): readonly PlanNode[] {
  const maker = new Maker(label, random, longestMs);
  for (let index = 0; index < size; index += 1) maker.add(index);
  return maker.nodes;
}

class Maker {
  readonly nodes: PlanNode[] = [];
  readonly #label: string;
  readonly #random: Random;
  readonly #longestMs: number;
  readonly #known = new Map<string, Expected>();

  constructor(label: string, random: Random, longestMs: number) {
    this.#longestMs = longestMs;
    this.#label = label;
    this.#random = random;
  }

  add(index: number): void {
    const id = `n${index}`;
    const isSource = index < SOURCES;
    const each = !isSource && this.#chance(0.2) ? { over: this.#manyTexts() } : undefined;
    const node: PlanNode = {
      id,
      task: "chaos-step",
      inputs: {
        name: text(`${this.#label}.${id}`),
        fate: text(this.#fate(each ? FATES_OF_MAPS : FATES)),
        ms: { value: { type: "number", value: 1 + this.#below(this.#longestMs) } },
        ...(each && { item: { item: true } }),
        ...(isSource ? {} : this.#sources(each === undefined)),
      },
      ...(each && { each: this.#chance(0.2) ? { ...each, require: "all" } : each }),
      ...(!isSource && this.#chance(0.12) && { when: this.#condition() }),
      ...(!isSource && this.#chance(0.15) && { after: [this.#earlier().id] }),
    };
    this.nodes.push(node);
    this.#known.set(id, expectedOf(node, this.#known));
  }

  /** At least one where it must not stand alone. */
  #sources(needed: boolean): Record<string, Binding> {
    return {
      ...((needed || this.#chance(0.5)) && { a: this.#oneText() }),
      ...(this.#chance(0.4) && { b: this.#oneText() }),
      ...(this.#chance(0.2) && { list: this.#manyTexts() }),
    };
  }

  #oneText(): Binding {
    const reference = this.#textOf(this.#earlier());
    return this.#chance(0.1) ? { template: ["so: ", required(reference)] } : reference;
  }

  #textOf(node: PlanNode): Reference {
    const optional = this.#chance(0.6) ? { optional: true } : {};
    if (node.each) {
      const { over } = node.each;
      return { from: node.id, output: "text", index: this.#below("list" in over ? over.list.length : 2), ...optional };
    }
    if (this.#chance(0.05)) return { from: node.id, output: "words", index: this.#below(2), ...optional };
    return { from: node.id, output: "text", ...optional };
  }

  #manyTexts(): Binding {
    const node = this.#earlier();
    if (this.#chance(0.6)) return { from: node.id, output: node.each ? "text" : "words" };
    const nodes = new Set(Array.from({ length: 2 + this.#below(4) }, () => this.#earlier()));
    return { list: [...nodes].map((source) => required(this.#textOf(source))) };
  }

  #condition(): Condition {
    const node = this.#earlier();
    const from = node.id;
    const digit = this.#below(10);
    if (node.each) return { from, output: "text", op: "gt", value: this.#below(3) };
    const possible: Condition[] = [
      { from, output: "number", op: "gt", value: digit },
      { from, output: "number", op: "lt", value: digit },
      { from, output: "text", op: "contains", value: `${digit}` + "abcdef".charAt(this.#below(6)) },
      { from, output: "words", op: "exists" },
      { from, output: "words", op: "empty" },
    ];
    // What became of a node that may have been skipped for two reasons, this one would tell.
    if (isCertain(this.#known.get(from))) possible.push({ from, output: "number", op: "ne", value: digit });
    return possible[this.#below(possible.length)] ?? { from, output: "text", op: "exists" };
  }

  #earlier(): PlanNode {
    const near = this.nodes.slice(-REACH);
    const node = near[this.#below(near.length)];
    if (!node) throw new Error("the first node has none before it");
    return node;
  }

  #fate(shares: typeof FATES): Fate {
    let left = this.#below(100);
    for (const [fate, share] of shares) {
      if (left < share) return fate;
      left -= share;
    }
    return "ok";
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

function text(value: string): Binding {
  return { value: { type: "text", value } };
}

function required(reference: Reference): Reference {
  return { ...reference, optional: false };
}
