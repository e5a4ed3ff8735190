/** Which tasks there are, who can do them, and why somebody can't: what is built in, and what was registered since. */
import { createHash } from "node:crypto";
import { TuttiError } from "../errors.ts";
import type { ChosenExpert } from "../run/events.ts";
import type { ExpertCard } from "./expert-card.ts";
import type { ExpertEntry, RegisteredExpert } from "./expert-entry.ts";
import { CardIndex } from "./card-index.ts";
import { nameOf, parseExpertName } from "./expert-name.ts";
import { currentOf, isListed } from "./expert-versions.ts";
import type { TaskSpec } from "./task-spec.ts";

export type { ExpertEntry } from "./expert-entry.ts";

/** Experts of one task that are looked at for a step, at most. */
const MANY = 50;

export interface TaskEntry extends TaskSpec {
  /** Why nobody can do it here; undefined where somebody can. */
  readonly unavailable?: string | undefined;
  /** Whether all who do it have effects outside of Tutti. */
  readonly external?: boolean | undefined;
}

export class Registry {
  /** All that were ever told of: what runs still needs what was removed meanwhile. */
  readonly #specs = new Map<string, TaskSpec>();
  readonly #builtin: ReadonlySet<string>;
  /** Versions by id of the expert, the newest first. */
  readonly #versions = new Map<string, readonly ExpertEntry[]>();
  readonly #idsOf = new Map<string, Set<string>>();
  #tasks: readonly TaskEntry[] | undefined;
  #byTask: Map<string, TaskEntry> | undefined;
  #experts: readonly ExpertEntry[] | undefined;
  #hash: string | undefined;
  /** Made when a task has so many experts that they can't all be looked at. */
  #index: CardIndex | undefined;
  #revision = 0;

  constructor(tasks: readonly TaskSpec[], experts: readonly ExpertEntry[]) {
    this.#builtin = new Set(tasks.map(({ id }) => id));
    for (const task of tasks) this.#specs.set(task.id, task);
    for (const entry of experts) this.#put(entry);
  }

  /** The same array until something changes, so that what is prepared for a catalogue can be found again. */
  get tasks(): readonly TaskEntry[] {
    return (this.#tasks ??= [...this.#specs.values()].flatMap((task) => this.#entryOf(task) ?? []));
  }

  /** All that are not removed, of every version. */
  get experts(): readonly ExpertEntry[] {
    return (this.#experts ??= [...this.#versions.values()].flat().filter(isListed));
  }

  /** Names this catalogue: recorded in runs, so that a plan can be read with the tasks that it was made for. */
  get hash(): string {
    return (this.#hash ??= createHash("sha256")
      .update(
        JSON.stringify([[...this.#specs.values()], this.experts.map(({ card, unavailable }) => [card, unavailable])]),
      )
      .digest("hex")
      .slice(0, 16));
  }

  /** Of the store of registered experts: how far this registry has come. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * Takes over what was registered, changed or removed.
   * @param revision of the store that this leads up to
   */
  apply(changes: readonly RegisteredExpert[], revision = 0): void {
    this.#revision = Math.max(this.#revision, revision);
    if (changes.length === 0) return;
    for (const change of changes) {
      if (!this.#builtin.has(change.task.id)) this.#specs.set(change.task.id, change.task);
      this.#put(change);
    }
    this.#changed();
  }

  /** Drops all that was registered: the store has lost some of it, and tells the rest again. */
  reset(): void {
    for (const [id, versions] of this.#versions) {
      const builtin = versions.filter(({ record }) => !record || record.revision === 0);
      if (builtin.length > 0) this.#versions.set(id, builtin);
      else this.#versions.delete(id);
    }
    this.#revision = 0;
    this.#index = undefined;
    this.#changed();
  }

  /** Forgets what was removed before then and takes part in nothing any more. */
  forget(removedBefore: number): void {
    for (const [id, versions] of this.#versions) {
      const kept = versions.filter(({ record }) => record?.state !== "removed" || record.changedAt >= removedBefore);
      if (kept.length < versions.length) this.#versions.set(id, kept);
    }
  }

  task(id: string): TaskEntry | undefined {
    this.#byTask ??= new Map(this.tasks.map((task) => [task.id, task]));
    const spec = this.#specs.get(id);
    return this.#byTask.get(id) ?? (spec && { ...spec, unavailable: `no expert for ${id} is registered` });
  }

  /**
   * Available experts of a task; of one that has two versions in use, both.
   * @param about words of the step: of very many experts, those are given that fit them, and those of the best merit
   */
  expertsFor(task: string, about?: string): ExpertCard[] {
    const few = about === undefined ? undefined : this.#shortlist(task, about);
    const entries = few && few.length > 0 ? few : this.#currentOf(task);
    return entries.flatMap(({ card, unavailable }) => (unavailable === undefined ? [card] : []));
  }

  /** A version that is there, in whatever state. */
  find({ id, version }: ChosenExpert): ExpertEntry | undefined {
    return this.#versions.get(id)?.find(({ card }) => card.version === version);
  }

  /** The newest version of an expert, in whatever state. */
  newest(id: string): ExpertCard | undefined {
    return this.#versions.get(id)?.[0]?.card;
  }

  /**
   * The expert that a plan insists on; by version also one that is still being tried.
   * @param name `id`, or `id@version`
   * @throws TuttiError `expert-unavailable`
   */
  expert(name: string): ExpertCard {
    const { id, version } = parseExpertName(name);
    const versions = this.#versions.get(id)?.filter(isListed) ?? [];
    const entry =
      version === undefined ? currentOf(versions)[0] : versions.find(({ card }) => card.version === version);
    if (entry && entry.unavailable === undefined) return entry.card;
    throw new TuttiError("expert-unavailable", entry?.unavailable ?? `there is no expert ${name}`);
  }

  /** Undefined where there are not too many to look at each. */
  #shortlist(task: string, text: string): ExpertEntry[] | undefined {
    if ((this.#idsOf.get(task)?.size ?? 0) <= MANY) return undefined;
    this.#index ??= this.#indexAll();
    const found = this.#index.shortlist({ text, task, k: MANY });
    const usable = new Set(found.flatMap(({ id }) => currentOf(this.#versions.get(id) ?? [])));
    return [...usable].filter(({ card, unavailable }) => card.task === task && unavailable === undefined);
  }

  #indexAll(): CardIndex {
    const index = new CardIndex();
    for (const versions of this.#versions.values()) for (const { card } of currentOf(versions)) index.put(card);
    return index;
  }

  #changed(): void {
    this.#tasks = undefined;
    this.#byTask = undefined;
    this.#experts = undefined;
    this.#hash = undefined;
  }

  #put(entry: ExpertEntry): void {
    const { id, version, task } = entry.card;
    const others = (this.#versions.get(id) ?? []).filter(({ card }) => card.version !== version);
    this.#versions.set(
      id,
      [entry, ...others].toSorted((a, b) => cameAt(b) - cameAt(a)),
    );
    const ids = this.#idsOf.get(task) ?? new Set();
    this.#idsOf.set(task, ids.add(id));
    if (this.#index && isListed(entry)) this.#index.put(entry.card);
    else this.#index?.remove(nameOf(entry.card));
  }

  #currentOf(task: string): ExpertEntry[] {
    const ids = [...(this.#idsOf.get(task) ?? [])];
    return ids.flatMap((id) => currentOf(this.#versions.get(id) ?? [])).filter(({ card }) => card.task === task);
  }

  #isTried(task: string): boolean {
    const ids = [...(this.#idsOf.get(task) ?? [])];
    return ids.some((id) => this.#versions.get(id)?.some(isListed));
  }

  /** A task that was registered goes when nobody does it any more. */
  #entryOf(task: TaskSpec): TaskEntry | undefined {
    const entries = this.#currentOf(task.id);
    if (entries.length === 0 && !this.#builtin.has(task.id)) {
      return this.#isTried(task.id) ? { ...task, unavailable: "its only expert is being tried" } : undefined;
    }
    const able = entries.filter(({ unavailable }) => unavailable === undefined);
    const external = able.length > 0 && able.every(({ card }) => card.effects === "external");
    if (able.length > 0) return { ...task, unavailable: undefined, ...(external && { external }) };
    const why = entries.map(({ card, unavailable }) => `${card.id}: ${unavailable}`).join("; ");
    return { ...task, unavailable: why === "" ? `no expert for ${task.id} is registered` : why };
  }
}

function cameAt({ record }: ExpertEntry): number {
  return record?.createdAt ?? 0;
}
