/** Which tasks there are, who can do them, and why somebody can't. */
import { createHash } from "node:crypto";
import { TuttiError } from "../errors.ts";
import type { ExpertCard } from "./expert-card.ts";
import type { TaskSpec } from "./task-spec.ts";

export interface ExpertEntry {
  readonly card: ExpertCard;
  /** Why it can't be used here, with how to change that; undefined where it can. */
  readonly unavailable?: string | undefined;
}

export interface TaskEntry extends TaskSpec {
  /** Why nobody can do it here; undefined where somebody can. */
  readonly unavailable?: string | undefined;
}

export class Registry {
  readonly tasks: readonly TaskEntry[];
  readonly experts: readonly ExpertEntry[];
  /** Names this catalogue: recorded in runs, so that a plan can be read with the tasks that it was made for. */
  readonly hash: string;

  constructor(tasks: readonly TaskSpec[], experts: readonly ExpertEntry[]) {
    this.experts = experts;
    this.tasks = tasks.map((task) => ({ ...task, unavailable: this.#whyNobody(task.id) }));
    this.hash = createHash("sha256")
      .update(JSON.stringify([tasks, experts]))
      .digest("hex")
      .slice(0, 16);
  }

  task(id: string): TaskEntry | undefined {
    return this.tasks.find((task) => task.id === id);
  }

  /** Available experts of a task. */
  expertsFor(task: string): ExpertCard[] {
    return this.experts.filter((entry) => entry.card.task === task && !entry.unavailable).map((entry) => entry.card);
  }

  /** @throws TuttiError `expert-unavailable` */
  expert(id: string): ExpertCard {
    const entry = this.experts.find((candidate) => candidate.card.id === id);
    if (entry && !entry.unavailable) return entry.card;
    throw new TuttiError("expert-unavailable", entry?.unavailable ?? `there is no expert ${id}`);
  }

  #whyNobody(task: string): string | undefined {
    const entries = this.experts.filter((entry) => entry.card.task === task);
    if (entries.some((entry) => !entry.unavailable)) return undefined;
    if (entries.length === 0) return `no expert for ${task} is registered`;
    return entries.map(({ card, unavailable }) => `${card.id}: ${unavailable}`).join("; ");
  }
}
