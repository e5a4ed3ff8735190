/** One call of a task by its name, answered as hf-inference does. */
import { knownTasks } from "../../../../tools/tasks/index.ts";
import type { Received } from "../http/connect-http.ts";
import { callHub, newModel, served, startHub, type Written } from "./connect-hub.ts";

export function taskOf(id: string) {
  const task = knownTasks.find((known) => known.id === id);
  if (!task) throw new Error(`no task ${id}`);
  return task;
}

export async function call(
  id: string,
  inputs: Record<string, unknown>,
  body: unknown,
  settings: Written["settings"] = {},
): Promise<{ outputs: Record<string, unknown>; sent: Received | undefined; model: string }> {
  const model = newModel();
  const hub = await startHub(served(id), () => ({ body }));
  const written = { task: taskOf(id), settings: { model, api: "task" as const, ...hub.settings, ...settings } };
  const outputs = await callHub(written, inputs);
  return { outputs, sent: hub.received.at(-1), model };
}
