/** A plan while it is repaired. */
import type { TaskSpec } from "../../registry/task-spec.ts";
import { type Binding, type PlanNode, referencesOf } from "../../run/plan-node.ts";
import { fits, type ValueType } from "../../run/value.ts";
import type { PlanAsset } from "../check-problem.ts";
import type { DraftArgument, DraftLink } from "./draft-plan.ts";
import type { Mend, MendKind } from "./mend.ts";

export interface RepairContext {
  readonly tasks: readonly TaskSpec[];
  /** What the request brings; nothing else may be used. */
  readonly assets: readonly PlanAsset[];
  /** The words of the request. */
  readonly text: string;
  /** Whether one task may take what another one gives; of fitting types it is in any case. @default always */
  readonly mayFollow?: ((source: string, target: string) => boolean) | undefined;
  /** @default 64 */
  readonly maxNodes?: number;
}

export interface Step {
  readonly id: string;
  /** Position in the draft; that of the node it serves for a converter. */
  readonly at: number;
  /** Undefined: dropped, and kept only to see what it worked on. */
  readonly task: TaskSpec | undefined;
  readonly written: string;
  readonly arguments: readonly DraftArgument[];
  readonly inputs: Map<string, Binding>;
  readonly after: Set<string>;
}

export class PlanWork {
  readonly context: RepairContext;
  readonly links: readonly DraftLink[];
  readonly mends: Mend[] = [];
  /** Everything that was ever drafted, by position. */
  readonly all: readonly Step[];
  readonly #added: Step[] = [];
  readonly #gone = new Set<string>();

  constructor(context: RepairContext, links: readonly DraftLink[], drafted: readonly Step[]) {
    this.context = context;
    this.links = links;
    this.all = drafted;
  }

  /** Adds a step that the draft does not have. */
  add(step: Step): void {
    this.#added.push(step);
  }

  mend(node: string, kind: MendKind, text: string): void {
    this.mends.push({ node, kind, text });
  }

  /** Takes back what was added for a step that was refused afterwards. */
  dropUnused(): void {
    for (const step of this.#added.toReversed()) {
      if (!this.isThere(step) || this.steps.some((other) => this.sourcesOf(other).has(step.id))) continue;
      this.drop(step);
      this.mends.splice(0, Infinity, ...this.mends.filter(({ node }) => node !== step.id));
    }
  }

  /** The step takes no part any more. */
  drop(step: Step): void {
    this.#gone.add(step.id);
    for (const other of this.steps) other.after.delete(step.id);
  }

  get steps(): Step[] {
    return [...this.all, ...this.#added].filter((step) => this.isThere(step));
  }

  isThere({ id, task }: Step): boolean {
    return task !== undefined && !this.#gone.has(id);
  }

  find(id: string): Step | undefined {
    return [...this.all, ...this.#added].find((step) => step.id === id);
  }

  /** Ids of the steps whose output a step takes. */
  sourcesOf({ inputs }: Step): Set<string> {
    return new Set([...inputs.values()].flatMap((binding) => referencesOf(binding).map(({ from }) => from)));
  }

  /** The step and all that directly or indirectly wait for it. */
  dependents(step: Step): Set<string> {
    const found = new Set([step.id]);
    const waits = this.steps.map((other) => ({
      id: other.id,
      for: new Set([...other.after, ...this.sourcesOf(other)]),
    }));
    // A set's iteration visits what is added meanwhile.
    for (const id of found) for (const other of waits) if (other.for.has(id)) found.add(other.id);
    return found;
  }

  /** How `target` takes something of type `wanted` from `source`; undefined where that gives nothing that fits. */
  give(source: Step, target: Step, wanted: ValueType, output?: string): Binding | undefined {
    const { mayFollow } = this.context;
    if (!this.isThere(source) || !source.task || !target.task) return undefined;
    const same = source.task.id === target.task.id;
    if (!same && mayFollow && !mayFollow(source.task.id, target.task.id)) return undefined;
    const outputs = Object.entries(source.task.outputs);
    const fitting = outputs.filter(([, { type }]) => fits(type, wanted));
    const [name] = fitting.find(([one]) => one === output) ?? fitting[0] ?? [];
    if (name !== undefined) return { from: source.id, output: name };
    const [written] = outputs.find(([, { type }]) => type === "number" || type === "boolean") ?? [];
    return wanted === "text" && written !== undefined
      ? { template: [{ from: source.id, output: written }] }
      : undefined;
  }

  nodeOf({ id, task, written, inputs, after }: Step): PlanNode {
    return {
      id,
      task: task?.id ?? written,
      inputs: Object.fromEntries(inputs),
      ...(after.size > 0 ? { after: [...after] } : {}),
    };
  }
}
