/** Which tasks there are, who can do them, and why somebody can't: what is built in, and what was registered since. */
import { TuttiError } from "../errors.ts";
import type { ChosenExpert } from "../run/events.ts";
import type { ExpertCard } from "./expert-card.ts";
import type { ExpertEntry, RegisteredExpert } from "./expert-entry.ts";
import { CardShortlist } from "./card-shortlist.ts";
import { nameOf, parseExpertName } from "./expert-name.ts";
import { currentOf, isListed } from "./expert-versions.ts";
import { SetName } from "./set-name.ts";
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
  /** What is known of each task; undefined where nobody does it any more. */
  readonly #entries = new Map<string, TaskEntry | undefined>();
  #experts: readonly ExpertEntry[] | undefined;
  readonly #name = new SetName();
  /** Tasks that have, or had, so many experts that they can't all be looked at. */
  readonly #crowded = new Set<string>();
  readonly #shortlist: CardShortlist;
  #revision = 0;

  /** @param shortlist finds experts in a crowd; left out, by words alone */
  constructor(tasks: readonly TaskSpec[], experts: readonly ExpertEntry[], shortlist = new CardShortlist()) {
    this.#shortlist = shortlist;
    this.#builtin = new Set(tasks.map(({ id }) => id));
    for (const task of tasks) this.#describe(task);
    for (const entry of experts) this.#put(entry);
  }

  /** The same array until something changes, so that what is prepared for a catalogue can be found again. */
  get tasks(): readonly TaskEntry[] {
    return (this.#tasks ??= [...this.#specs.keys()].flatMap((id) => this.#entryOf(id) ?? []));
  }

  /** All that are not removed, of every version. */
  get experts(): readonly ExpertEntry[] {
    return (this.#experts ??= [...this.#versions.values()].flat().filter(isListed));
  }

  /** Names this catalogue: recorded in runs, so that a plan can be read with the tasks that it was made for. */
  get hash(): string {
    return this.#name.hash;
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
      if (!this.#builtin.has(change.task.id)) this.#describe(change.task);
      this.#put(change);
    }
  }

  /** Drops all that was registered: the store has lost some of it, and tells the rest again. */
  reset(): void {
    for (const [id, versions] of this.#versions) {
      const builtin = versions.filter(({ record }) => !record || record.revision === 0);
      for (const entry of versions) {
        if (builtin.includes(entry)) continue;
        this.#drop(entry);
        this.#shortlist.remove(nameOf(entry.card));
      }
      if (builtin.length > 0) this.#versions.set(id, builtin);
      else this.#versions.delete(id);
    }
    this.#revision = 0;
  }

  /** Forgets what was removed before then and takes part in nothing any more. */
  forget(removedBefore: number): void {
    for (const [id, versions] of this.#versions) {
      const kept = versions.filter(({ record }) => record?.state !== "removed" || record.changedAt >= removedBefore);
      if (kept.length < versions.length) this.#versions.set(id, kept);
    }
  }

  task(id: string): TaskEntry | undefined {
    const spec = this.#specs.get(id);
    return this.#entryOf(id) ?? (spec && { ...spec, unavailable: `no expert for ${id} is registered` });
  }

  /** Available experts of a task; of one that has two versions in use, both. */
  expertsFor(task: string): ExpertCard[] {
    return this.#currentOf(task).flatMap(({ card, unavailable }) => (unavailable === undefined ? [card] : []));
  }

  /** Whether a task has too many experts to look at each for a step. */
  isCrowded(task: string): boolean {
    return this.#crowded.has(task);
  }

  /**
   * The experts to look at for a step: all of its task, or, of very many, those that fit the words and those of the best
   * merit.
   * @param about words of the step
   * @throws what `signal` was aborted with
   */
  async candidates(task: string, about: string, signal?: AbortSignal): Promise<ExpertCard[]> {
    if (!this.isCrowded(task)) return this.expertsFor(task);
    const found = await this.#shortlist.search({ text: about, task, k: MANY }, signal);
    const entries = new Set(found.flatMap(({ id }) => currentOf(this.#versions.get(id) ?? [])));
    const able = [...entries].filter(({ card, unavailable }) => card.task === task && unavailable === undefined);
    return able.length > 0 ? able.map(({ card }) => card) : this.expertsFor(task);
  }

  /** The versions of an expert that are not removed, the newest first. */
  versions(id: string): readonly ExpertEntry[] {
    return this.#versions.get(id)?.filter(isListed) ?? [];
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
    const versions = this.versions(id);
    const entry =
      version === undefined ? currentOf(versions)[0] : versions.find(({ card }) => card.version === version);
    if (entry && entry.unavailable === undefined) return entry.card;
    throw new TuttiError("expert-unavailable", entry?.unavailable ?? `there is no expert ${name}`);
  }

  #describe(task: TaskSpec): void {
    const before = this.#specs.get(task.id);
    if (before) this.#name.remove(before);
    this.#specs.set(task.id, task);
    this.#name.add(task);
    this.#changed(task.id);
  }

  #changed(task: string): void {
    this.#tasks = undefined;
    this.#experts = undefined;
    this.#entries.delete(task);
  }

  #put(entry: ExpertEntry): void {
    const { id, version, task } = entry.card;
    const versions = this.#versions.get(id) ?? [];
    const before = versions.find(({ card }) => card.version === version);
    if (before) this.#drop(before);
    const others = versions.filter((other) => other !== before);
    this.#versions.set(
      id,
      [entry, ...others].toSorted((a, b) => cameAt(b) - cameAt(a)),
    );
    // Which of the others are in use may have changed, and they may do another task.
    for (const { card } of others) this.#changed(card.task);
    this.#changed(task);
    const ids = this.#idsOf.get(task) ?? new Set();
    this.#idsOf.set(task, ids.add(id));
    if (isListed(entry)) this.#name.add([entry.card, entry.unavailable]);
    if (!this.#crowded.has(task)) this.#crowd(task, ids.size);
    else if (isListed(entry)) this.#shortlist.put(entry.card);
    else this.#shortlist.remove(nameOf(entry.card));
  }

  #drop(entry: ExpertEntry): void {
    if (isListed(entry)) this.#name.remove([entry.card, entry.unavailable]);
    this.#changed(entry.card.task);
  }

  #crowd(task: string, size: number): void {
    if (size <= MANY) return;
    this.#crowded.add(task);
    for (const { card } of this.#currentOf(task)) this.#shortlist.put(card);
  }

  #currentOf(task: string): ExpertEntry[] {
    const ids = [...(this.#idsOf.get(task) ?? [])];
    return ids.flatMap((id) => currentOf(this.#versions.get(id) ?? [])).filter(({ card }) => card.task === task);
  }

  #isTried(task: string): boolean {
    const ids = [...(this.#idsOf.get(task) ?? [])];
    return ids.some((id) => this.#versions.get(id)?.some(isListed));
  }

  #entryOf(id: string): TaskEntry | undefined {
    const spec = this.#specs.get(id);
    if (spec && !this.#entries.has(id)) this.#entries.set(id, this.#judge(spec));
    return this.#entries.get(id);
  }

  /** A task that was registered goes when nobody does it any more. */
  #judge(task: TaskSpec): TaskEntry | undefined {
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
