/** Shows tasks and experts. */
import type { ExpertEntry, TaskEntry } from "../registry/registry.ts";
import type { ExpertView, TaskView } from "./schemas-catalogue.ts";

interface Availability {
  readonly available: boolean;
  readonly unavailable?: string;
}

function availability({ unavailable }: { readonly unavailable?: string | undefined }): Availability {
  return unavailable === undefined ? { available: true } : { available: false, unavailable };
}

export function viewExpert(entry: ExpertEntry): ExpertView {
  return { ...entry.card, ...availability(entry) };
}

export function viewTask(task: TaskEntry, experts: readonly ExpertEntry[]): TaskView {
  const { unavailable: _, ...spec } = task;
  const doers = experts.filter(({ card }) => card.task === task.id);
  return {
    ...spec,
    ...availability(task),
    experts: doers.map((entry) => ({ id: entry.card.id, ...availability(entry) })),
  };
}
