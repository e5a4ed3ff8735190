/** The catalogue as a language model reads it: one line per task. */
import type { CatalogueTask } from "../../ports/planner.ts";
import { quoteData } from "../../prompts/quote-data.ts";
import { formatType, type ValueType } from "../../run/value.ts";

const MOST_DESCRIPTION = 220;

/** `image-crop(image: image, boxes: boxes, label?: text [Which of them.]) -> image: image. Cut out ...` */
export function describeTask({ id, title, description, inputs, outputs }: CatalogueTask): string {
  const takes = Object.entries(inputs).map(([name, { type, optional, description: about }]) => {
    const hint = needsHint(type, name, about) ? ` [${quoteData(oneLine(about, 90))}]` : "";
    return `${name}${optional ? "?" : ""}: ${formatType(type)}${hint}`;
  });
  const gives = Object.entries(outputs).map(([name, { type }]) => `${name}: ${formatType(type)}`);
  const about = oneLine(description, MOST_DESCRIPTION) || oneLine(title, MOST_DESCRIPTION);
  return `- ${id}(${takes.join(", ")}) -> ${gives.join(", ")}. ${quoteData(about)}`;
}

export function describeTasks(tasks: readonly CatalogueTask[]): string {
  return tasks.map(describeTask).join("\n") || "none";
}

/** "The picture." says no more than `image: image` does. */
function needsHint(type: ValueType, name: string, about: string): boolean {
  return (type === "text" || type === "number") && about.split(/\s+/).length > 2 && name !== "question";
}

function oneLine(text: string, most: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= most ? line : `${line.slice(0, most - 3).trimEnd()}...`;
}
