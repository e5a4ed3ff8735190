/** The plan as a language model writes it: what is sound goes on at once, the rest is kept for mending. */
import type { CatalogueTask, PlanInput } from "../../ports/planner.ts";
import { dependenciesOf, type PlanNode } from "../../run/plan-node.ts";
import { checkNode, type Problem } from "../check-plan.ts";
import type { Handles } from "./handles.ts";
import { translateStep, type TranslatedStep } from "./translate-step.ts";

/** A step that can't be used as it is. */
export interface FaultyStep extends TranslatedStep {
  readonly raw: unknown;
  /** With the node of the step where it could be read as one. */
  readonly node?: PlanNode | undefined;
}

interface Examined extends FaultyStep {
  readonly checks: readonly Problem[];
}

/** Steps that repeat others in a row: a small model that goes round in circles. */
const MOST_REPEATED = 3;

export function createCollector(input: PlanInput, handles: Handles) {
  const tasks = new Map<string, CatalogueTask>(input.tasks.map((task) => [task.id, task]));
  const context = { tasks: input.tasks, assets: input.assets, maxNodes: input.maxNodes };
  const accepted = new Map(input.frozen.map((node) => [node.id, node]));
  /** Ids of steps that only repeat another one, which stands for them. */
  const repeated = new Map<string, string>();
  let pending: unknown[] = [];
  let repeats = 0;
  let isFull = false;

  /** A model that starts over writes again what had already begun: the recorded node stands. */
  const begun = ({ id, task }: PlanNode): PlanNode | undefined =>
    input.frozen.find((node) => node.id === id && node.task === task);

  const step = (id: string): PlanNode | undefined => accepted.get(repeated.get(id) ?? id);

  const examine = (raw: unknown): Examined => {
    const translated = translateStep(raw, { tasks, handles, step });
    const checks = translated.node ? checkNode(translated.node, context, [...accepted.values()]) : [];
    const problems = [...translated.problems, ...checks.map(({ message }) => inWords(message))];
    return { ...translated, raw, checks, problems };
  };

  /** Takes every step that can be taken now, and those that waited for it. */
  const settle = (): PlanNode[] => {
    const taken: PlanNode[] = [];
    for (let goesOn = true; goesOn;) {
      goesOn = false;
      for (const raw of pending) {
        const { node, problems, checks } = examine(raw);
        if (checks.some(({ code }) => code === "too-many-nodes")) isFull = true;
        const twin = node && (begun(node) ?? findTwin(node, accepted.values()));
        if (!node || (problems.length > 0 && !twin)) continue;
        pending = pending.filter((other) => other !== raw);
        goesOn = true;
        repeats = twin ? repeats + 1 : 0;
        if (twin) {
          if (twin.id !== node.id) repeated.set(node.id, twin.id);
        } else {
          accepted.set(node.id, node);
          taken.push(node);
        }
        break;
      }
    }
    return taken;
  };

  const freeId = (): string => {
    const taken = new Set([...accepted.keys(), ...repeated.keys(), ...pending.map((raw) => examine(raw).id)]);
    let number = 1;
    while (taken.has(`t${number}`)) number += 1;
    return `t${number}`;
  };

  return {
    /** A step as the model wrote it. Gives the nodes that can go on because of it. */
    offer(raw: unknown): PlanNode[] {
      // Objects are told apart by identity below.
      pending.push(typeof raw === "object" && raw !== null ? { ...raw } : { step: raw });
      return settle();
    },
    /** A node from elsewhere; nothing where it is unsound. */
    add(node: PlanNode): PlanNode[] {
      if (checkNode(node, context, [...accepted.values()]).length > 0) return [];
      accepted.set(node.id, node);
      return [node, ...settle()];
    },
    drop({ raw }: FaultyStep): void {
      pending = pending.filter((other) => other !== raw);
    },
    /** Lets a node that is there stand for a faulty step. Gives the nodes that waited for it. */
    replace({ raw, id }: FaultyStep, nodeId: string): PlanNode[] {
      pending = pending.filter((other) => other !== raw);
      if (id !== undefined && id !== nodeId && !accepted.has(id)) repeated.set(id, nodeId);
      return settle();
    },
    /** Steps that are themselves at fault, and not only for want of one that is. */
    faulty(): FaultyStep[] {
      const all = pending.map(examine);
      const ids = new Set(all.map(({ id }) => id));
      const waits = ({ node, checks }: Examined): boolean =>
        node !== undefined &&
        checks.every(({ code }) => code === "unknown-node") &&
        dependenciesOf(node).every((id) => step(id) !== undefined || (ids.has(id) && id !== node.id));
      const own = all.filter((one) => !waits(one));
      // Steps that all wait for each other: one of them must give way.
      return own.length > 0 ? own : all.slice(0, 1);
    },
    pending: (): FaultyStep[] => pending.map(examine),
    /** Those that were there before included. */
    accepted: (): readonly PlanNode[] => [...accepted.values()],
    isKnown: (name: string): boolean => name === "item" || handles.has(name) || step(name) !== undefined,
    freeId,
    /** Whether there is no use in listening on. */
    isOver: (): boolean => isFull || repeats >= MOST_REPEATED,
  };
}

export type Collector = ReturnType<typeof createCollector>;

/** The node that does the same already, or that was there before an interruption under the same id. */
function findTwin(node: PlanNode, others: Iterable<PlanNode>): PlanNode | undefined {
  const key = workOf(node);
  return [...others].find((other) => workOf(other) === key);
}

function workOf({ task, inputs, each, when, after }: PlanNode): string {
  const sorted = Object.entries(inputs).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([task, sorted, each ?? null, when ?? null, after ?? null]);
}

/** A check's message in the words of the prompt. */
function inWords(message: string): string {
  return message.replace(/^node /, "step ").replaceAll("{item: true}", '"<item>"');
}
