/** How one task goes through the library: inputs, one call, outputs. */
import { openAsBlob } from "node:fs";
import { z } from "zod";
import type { TaskSpec } from "../../../../src/registry/task-spec.ts";
import { labelSchema, type Label } from "../../../../src/run/value.ts";
import type { ExpertContext, InputFile, InputsOf, OutputsOf } from "../../../define-expert.ts";
import { parse } from "../../values/decode-data.ts";
import type { HubCall } from "../call.ts";

export interface TaskCall extends HubCall, ExpertContext {
  /** To be put before the inputs: the target, and the parameters of the settings. */
  readonly args: HubCall["target"] & { readonly parameters?: Record<string, unknown> };
}

export type CallTask = (
  call: TaskCall,
  inputs: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>;

/** Checks a mapping against the types of its task, and erases them. */
export function callFor<const T extends TaskSpec>(
  task: T,
  call: (call: TaskCall, inputs: InputsOf<T>) => Promise<OutputsOf<T>>,
): readonly [task: string, call: CallTask] {
  // The worker decodes inputs by the task's own types before it calls, so this cast restates what was checked.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return [task.id, (made, inputs) => call(made, inputs as InputsOf<T>)];
}

/** Never read whole before it is sent. */
export function open({ path, mediaType }: InputFile): Promise<Blob> {
  return openAsBlob(path, { type: mediaType });
}

/** With what the settings call them, best first; classes that get one name have their scores added. */
export function readLabels(given: unknown, { settings }: TaskCall): readonly Label[] {
  const scores = new Map<string, number>();
  for (const { label, score } of parse(z.array(labelSchema).min(1), given, "the answer")) {
    const name = renamed(label, settings.labels);
    scores.set(name, (scores.get(name) ?? 0) + score);
  }
  return [...scores].map(([label, score]) => ({ label, score })).toSorted((a, b) => b.score - a.score);
}

export function renamed(label: string, names: Readonly<Record<string, string>>): string {
  return (Object.hasOwn(names, label) ? names[label] : undefined) ?? label;
}

export function bestOf(labels: readonly Label[]): string {
  return labels[0]?.label ?? "nothing";
}
