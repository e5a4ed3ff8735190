/** Mends a step whose inputs are of the wrong type, or missing, with the conversions that the tool graph has. */
import type { CatalogueTask, PlanInput } from "../../ports/planner.ts";
import type { Binding, PlanNode } from "../../run/plan-node.ts";
import { fits, isAssetType, type ValueType } from "../../run/value.ts";
import { type Catalogue, compileCatalogue } from "../builtin/catalogue.ts";
import { findConversions } from "../builtin/close-gaps.ts";
import { checkBinding } from "../check-binding.ts";
import { createScope } from "../check-scope.ts";

export interface ClosedGap {
  /** In order; the last is the mended step, with the id that it had. */
  readonly nodes: readonly PlanNode[];
  /** What was put before it, for the reader of the run. */
  readonly tasks: readonly string[];
}

export function createGapCloser(input: PlanInput) {
  let catalogue: Catalogue | undefined;

  /** Undefined where something else is wrong with it, or no way leads from what it has to what it wants. */
  return (node: PlanNode, accepted: readonly PlanNode[], freeId: () => string): ClosedGap | undefined => {
    const task = input.tasks.find(({ id }) => id === node.task);
    if (!task || node.each) return undefined;
    catalogue ??= compileCatalogue(input.tasks.filter(({ unavailable }) => unavailable === undefined));
    const made: PlanNode[] = [];
    const ids = new Set<string>();
    const nextId = (): string => {
      let id = freeId();
      for (let number = 2; ids.has(id); number += 1) id = `${freeId()}-${number}`;
      ids.add(id);
      return id;
    };
    const scope = createScope({ tasks: input.tasks, assets: input.assets }, [...accepted]);
    const typeOf = (binding: Binding): ValueType | undefined =>
      checkBinding(binding, { scope, node, label: "", report: () => {} });

    const convert = (binding: Binding, to: ValueType): Binding | undefined => {
      const from = typeOf(binding);
      if (from === undefined || fits(from, to)) return from && binding;
      if (to === "text" && (from === "number" || from === "boolean") && "from" in binding)
        return { template: [binding] };
      const gap = { from, to, hints: new Set<string>(), making: false, done: new Set<string>() };
      const steps = catalogue && findConversions(gap, catalogue);
      return steps?.reduce<Binding>((now, step) => {
        const same = [...accepted, ...made].find(
          (other) =>
            other.task === step.profile.task.id &&
            JSON.stringify(other.inputs) === JSON.stringify({ [step.input]: now }),
        );
        const id = same?.id ?? nextId();
        if (!same) made.push({ id, task: step.profile.task.id, inputs: { [step.input]: now } });
        return { from: id, output: step.output };
      }, binding);
    };

    const inputs = convertInputs(node, task, { convert, typeOf });
    if (!inputs) return undefined;
    return { nodes: [...made, { ...node, inputs }], tasks: made.map((one) => one.task) };
  };
}

interface Means {
  readonly convert: (binding: Binding, to: ValueType) => Binding | undefined;
  readonly typeOf: (binding: Binding) => ValueType | undefined;
}

function convertInputs(
  { inputs }: PlanNode,
  task: CatalogueTask,
  { convert, typeOf }: Means,
): Record<string, Binding> | undefined {
  const converted: Record<string, Binding> = {};
  const files = Object.values(inputs).filter((binding) => isAssetType(typeOf(binding) ?? "json"));
  for (const [name, { type, optional }] of Object.entries(task.inputs)) {
    const given = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (!given && optional === true) continue;
    // What is missing can only be found in the file that the step works on: boxes in the picture that is cropped.
    const source = given ?? (isAssetType(type) ? undefined : files[0]);
    const binding = source && convert(source, type);
    if (!binding) return undefined;
    converted[name] = binding;
  }
  return converted;
}
