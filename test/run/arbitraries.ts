/** Random plans, and what the work of their nodes will come to. */
import * as fc from "fast-check";
import type { NodeSpec } from "../../src/run/events.ts";
import { type Binding, type Condition, conditionOperators } from "../../src/run/plan-node.ts";
import type { Value } from "../../src/run/value.ts";
import { text, texts } from "./drive-run.ts";

/** What becomes of a node that is given to workers: some retryable failures, then an end. */
export interface Work {
  readonly failures: number;
  readonly succeeds: boolean;
  /** Length of its list and its boxes, and its number. */
  readonly width: number;
  readonly says: string;
  readonly flag: boolean;
  /** Keeps text, list and boxes out of the events, as long values are. */
  readonly spills: boolean;
  /** Gives the output that it does not always give. */
  readonly rare: boolean;
}

export interface Scenario {
  /** What the first, second, third... delivery of the planning writes; the last one for good. */
  readonly plans: readonly (readonly NodeSpec[])[];
  /** How many nodes come with one line of the stream. */
  readonly chunk: number;
  readonly works: readonly Work[];
  readonly effectsAllowed: boolean;
  readonly maxNodes: number;
}

/** The work of a node of this id, the same in every try. */
export function workOf({ works }: Scenario, nodeId: string): Work {
  let hash = 7;
  for (const character of nodeId) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 10_007;
  const work = works[hash % works.length];
  if (!work) throw new Error("a scenario has at least one work");
  return work;
}

/** What the work gives, as a worker would load it, and as it is recorded. */
export function outputsOf(scenario: Scenario, nodeId: string): Record<"loaded" | "recorded", Record<string, Value>> {
  const { width, says, flag, spills, rare } = workOf(scenario, nodeId);
  const boxes = Array.from({ length: width }, (_, index) => ({
    label: index % 2 === 0 ? "cup" : "spoon",
    score: 0.5,
    box: { xmin: 0, ymin: 0, xmax: 1, ymax: 1 },
  }));
  const long = {
    text: text(says),
    list: texts(...boxes.map((_, index) => `item ${index}`)),
    boxes: { type: "boxes", value: boxes } satisfies Value,
  };
  const short = {
    count: { type: "number", value: width } satisfies Value,
    flag: { type: "boolean", value: flag } satisfies Value,
    ...(rare ? { rare: text("seldom") } : {}),
  };
  const spilled = {
    text: { type: "spilled", of: "text", ref: `${nodeId}.text`, bytes: 5000 },
    list: { type: "spilled", of: { list: "text" }, ref: `${nodeId}.list`, bytes: 5000, length: width },
    boxes: { type: "spilled", of: "boxes", ref: `${nodeId}.boxes`, bytes: 5000 },
  } as const satisfies Record<string, Value>;
  // What is empty is never so long that it spills, unless it is blanks.
  const recorded = !spills ? long : width === 0 ? { ...spilled, boxes: long.boxes } : spilled;
  return { loaded: { ...long, ...short }, recorded: { ...recorded, ...short } };
}

/** Loads a spilled value by its reference, as whoever decides a condition must. */
export function load(scenario: Scenario, ref: string): Value {
  const [nodeId = "", output = ""] = ref.split(".");
  const value = outputsOf(scenario, nodeId).loaded[output];
  if (!value) throw new Error(`nothing is kept as ${ref}`);
  return value;
}

const work: fc.Arbitrary<Work> = fc.record({
  failures: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ max: 3, min: 1 }) },
  ),
  succeeds: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  width: fc.nat(5),
  says: fc.constantFrom("a cup of coffee", "", "  ", "CUP"),
  flag: fc.boolean(),
  spills: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  rare: fc.boolean(),
});

const outputNames = ["text", "count", "flag", "list", "boxes", "rare"] as const;
const earlier = fc.record({
  /** Chains and fans come of the ends, the rest of the middle. */
  reach: fc.oneof(fc.constant("last" as const), fc.constant("first" as const), fc.constant("any" as const)),
  pick: fc.nat(30),
});

const link = fc.record({
  kind: fc.constantFrom("need", "need", "need", "maybe", "template", "list", "pick", "rare", "after", "after"),
  to: earlier,
  place: fc.nat(2),
});

const blueprint = fc.record({
  links: fc.array(link, { maxLength: 3 }),
  when: fc.option(
    fc.record({
      to: earlier,
      output: fc.constantFrom(...outputNames),
      op: fc.constantFrom(...conditionOperators),
      value: fc.constantFrom<string | number | boolean>("cup", "CUP", "item 1", 0, 2, true),
    }),
    { freq: 3 },
  ),
  each: fc.option(
    fc.record({
      over: fc.constantFrom("literal", "spelled", "given", "given", "not-a-list"),
      to: earlier,
      width: fc.nat(5),
      require: fc.constantFrom("some" as const, "all" as const, undefined),
      optional: fc.boolean(),
    }),
    { freq: 3 },
  ),
  external: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
type Blueprint = typeof blueprint extends fc.Arbitrary<infer T> ? T : never;

const plan = fc.array(blueprint, { maxLength: 9 }).map(build);

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  plans: fc.array(plan, { minLength: 1, maxLength: 3 }),
  chunk: fc.integer({ min: 1, max: 4 }),
  works: fc.array(work, { minLength: 1, maxLength: 8 }),
  effectsAllowed: fc.boolean(),
  maxNodes: fc.oneof(
    { weight: 4, arbitrary: fc.constant(200) },
    { weight: 1, arbitrary: fc.integer({ min: 4, max: 20 }) },
  ),
});

/** Ids that are names of inherited properties are as good as any other. */
const idOf = (index: number): string => ["t0", "constructor", "t2", "toString"][index] ?? `t${index}`;

function build(blueprints: readonly Blueprint[]): NodeSpec[] {
  return blueprints.map(({ links, when, each, external }, index) => {
    const target = ({ reach, pick }: Blueprint["links"][number]["to"]): string => {
      const distance = { last: index - 1, first: 0, any: pick % Math.max(1, index) }[reach];
      return idOf(distance);
    };
    const usable = index === 0 ? [] : links;
    const inputs = usable.flatMap(({ kind, to, place }, at) => {
      const binding = bindingOf(kind, target(to), place);
      return binding ? [[`in${at}`, binding] as const] : [];
    });
    const after = usable.filter(({ kind }) => kind === "after").map(({ to }) => target(to));
    const condition = index > 0 && when ? { when: conditionOf(when, target(when.to)) } : {};
    const map = each && { over: overOf(each, index > 0 ? target(each.to) : undefined) };
    return {
      id: idOf(index),
      kind: "task",
      task: "anything",
      inputs: Object.fromEntries([...inputs, ...(map ? [["item", { item: true }] as const] : [])]),
      ...(after.length > 0 ? { after } : {}),
      ...condition,
      ...(map ? { each: { ...map, ...(each.require ? { require: each.require } : {}) } } : {}),
      ...(external ? { effects: "external" as const } : {}),
    };
  });
}

function bindingOf(kind: string, from: string, index: number): Binding | undefined {
  switch (kind) {
    case "after":
      return undefined;
    case "maybe":
      return { from, output: "text", optional: true };
    case "template":
      return { template: ["It says ", { from, output: "text" }, " and counts ", { from, output: "count" }] };
    case "list":
      return { list: [{ from, output: "text" }, { value: text("and this") }] };
    case "pick":
      return { from, output: "list", index };
    case "rare":
      return { from, output: "rare" };
    default:
      return { from, output: "text" };
  }
}

function conditionOf({ output, op, value }: NonNullable<Blueprint["when"]>, from: string): Condition {
  return { from, output, op, ...(op === "exists" || op === "empty" ? {} : { value }) };
}

function overOf({ over, width, optional }: NonNullable<Blueprint["each"]>, from: string | undefined): Binding {
  const words = Array.from({ length: width }, (_, index) => `literal ${index}`);
  if (over === "spelled" && from) return { list: [{ from, output: "text" }, { value: text("and this") }] };
  if (over === "given" && from) return { from, output: "list", ...(optional ? { optional } : {}) };
  if (over === "not-a-list" && from) return { from, output: "flag" };
  return { value: texts(...words) };
}
