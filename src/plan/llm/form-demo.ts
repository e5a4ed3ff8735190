/** A demonstration of the form over any catalogue: two of its tasks, one after the other. */
import type { CatalogueTask } from "../../ports/planner.ts";
import { type AssetType, assetTypes, type ValueType } from "../../run/value.ts";
import type { Demo } from "./load-prompts.ts";

const fileOf: Readonly<Record<AssetType | "text", string>> = {
  image: "sample.jpg",
  audio: "sample.wav",
  video: "sample.mp4",
  document: "sample.pdf",
  text: "sample.txt",
};

/** Undefined where no task takes a file or text whose result another one takes. */
export function formDemo(tasks: readonly CatalogueTask[]): Demo | undefined {
  for (const first of tasks) {
    const [input, type] = onlyInput(first) ?? [];
    const file = input === undefined ? undefined : fileFor(type);
    if (input === undefined || file === undefined) continue;
    for (const [output, { type: given }] of Object.entries(first.outputs)) {
      const second = tasks.find((task) => task !== first && onlyInput(task)?.[1] === given);
      const [next] = (second && onlyInput(second)) ?? [];
      if (!second || next === undefined) continue;
      return {
        name: "form",
        request: `${first.title} with ${file.name}, then ${second.title} with what that gives.`,
        files: [file.name],
        history: [],
        always: true,
        unless: [],
        plan: {
          steps: [
            { id: "t1", task: first.id, inputs: { [input]: `<${file.type}-1>` } },
            { id: "t2", task: second.id, inputs: { [next]: `<t1.${output}>` } },
          ],
          cannot: "",
          reply: "",
        },
      };
    }
  }
  return undefined;
}

/** The one input that a task needs. */
function onlyInput({ inputs }: CatalogueTask): readonly [string, ValueType] | undefined {
  const needed = Object.entries(inputs).filter(([, { optional }]) => optional !== true);
  const [only] = needed;
  return needed.length === 1 && only ? [only[0], only[1].type] : undefined;
}

function fileFor(type: ValueType | undefined) {
  const found = [...assetTypes, "text" as const].find((one) => one === type);
  return found && { type: found, name: fileOf[found] };
}
