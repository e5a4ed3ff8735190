/** Registers experts while Tutti runs, tries them, and takes them out again. */
import type { Logger } from "pino";
import { z } from "zod";
import { asTuttiError, TuttiError } from "../errors.ts";
import type { ExpertRecord, ExpertState, ExpertStore } from "../ports/expert-store.ts";
import type { ExpertEntry, RegisteredExpert } from "../registry/expert-entry.ts";
import { nameOf, parseExpertName } from "../registry/expert-name.ts";
import { registrationSchema, type Registration } from "../registry/registration.ts";
import type { Registry } from "../registry/registry.ts";
import type { TaskSpec } from "../registry/task-spec.ts";
import type { RegisterOptions, Tutti } from "../tutti.ts";
import type { ExpertDirectory } from "./expert-directory.ts";
import { trialFailed, tryExpert, type Trial } from "./try-expert.ts";

export interface ExpertServiceDependencies {
  readonly store: ExpertStore;
  readonly registry: Registry;
  readonly directory: ExpertDirectory;
  readonly runs: Pick<Tutti, "submit" | "wait" | "upload">;
  readonly now: () => number;
  readonly logger: Pick<Logger, "info" | "warn">;
}

const PROBE_LIMIT_MS = 15_000;

type ExpertFace = Pick<Tutti, "experts" | "registerExpert" | "checkExpert" | "removeExpert">;

export function createExpertService(deps: ExpertServiceDependencies): ExpertFace {
  const { store, registry, directory, runs, now, logger } = deps;

  async function put(change: Omit<ExpertRecord, "revision" | "changedAt">, expected: number): Promise<ExpertRecord> {
    const record = await store.put({ ...change, changedAt: now() }, expected);
    if (!record) {
      const name = nameOf(change.registration);
      throw new TuttiError("conflict", `somebody else changed ${name} at the same time; look at it and try again`);
    }
    await directory.refresh();
    return record;
  }

  async function tryIt(entry: RegisteredExpert): Promise<Trial> {
    if (entry.unavailable !== undefined) return { at: now(), ok: false, message: entry.unavailable };
    if (!mayBeTried(entry.record.registration)) return ask(entry);
    return tryExpert(runs, { ...entry, given: entry.record.registration.sample }, now());
  }

  /** It is not called, only asked whether it is there. */
  async function ask(entry: RegisteredExpert): Promise<Trial> {
    try {
      await directory.probe(entry, AbortSignal.timeout(PROBE_LIMIT_MS));
      return {
        at: now(),
        ok: true,
        message: "asked, not called: it has effects outside of Tutti, and no sample was given",
      };
    } catch (error) {
      return { at: now(), ok: false, message: asTuttiError(error).message };
    }
  }

  function found(name: string): ExpertEntry {
    const { id, version } = parseExpertName(name);
    const versions = registry.versions(id);
    const entry = version === undefined ? versions[0] : versions.find(({ card }) => card.version === version);
    if (entry) return entry;
    throw new TuttiError("unknown-expert", `there is no expert ${name}; GET /v1/experts lists them`);
  }

  return {
    async experts() {
      await directory.refresh();
      return registry.experts;
    },

    async registerExpert(
      given,
      { source, replace = false, unverified = false, trial: isTried = true }: RegisterOptions,
    ) {
      await directory.refresh();
      const parsed = parse(given);
      const known = registry.find(parsed);
      const before = known?.record;
      checkPlace(parsed, known, { source, replace });
      const registration = keepSecrets(parsed, given, before?.registration);
      checkTask(registry, registration);
      // Before anything is written: what can't be read is not kept.
      const createdAt = before && before.state !== "removed" ? before.createdAt : now();
      await directory.read({ revision: 0, registration, state: "checking", source, createdAt, changedAt: createdAt });

      const record = await put({ registration, state: "checking", source, createdAt }, before?.revision ?? 0);
      let trial: Trial | undefined;
      try {
        trial = isTried ? await tryIt(await directory.read(record)) : undefined;
      } catch (error) {
        await takeBack(record, before);
        throw error;
      }
      if (trial && !trial.ok && !unverified) {
        const { card } = await directory.read(record);
        await takeBack(record, before);
        throw trialFailed(card, trial);
      }
      const state: ExpertState = trial?.ok === true && mayBeTried(registration) ? "verified" : "unverified";
      await put({ registration, state, source, createdAt, ...(trial && { trial }) }, record.revision);
      logger.info({ expert: nameOf(registration), source, state }, `${nameOf(registration)} registered: ${state}`);
      return found(nameOf(registration));
    },

    async checkExpert(name) {
      await directory.refresh();
      const { card, record, unavailable } = found(name);
      const task = registry.task(card.task);
      if (!task) throw new TuttiError("unknown-task", `there is no task ${card.task}`);
      const entry = { card, task, unavailable };
      const trial = record
        ? await tryIt({ ...entry, record })
        : unavailable === undefined
          ? await tryExpert(runs, entry, now())
          : { at: now(), ok: false, message: unavailable };
      if (record) {
        const state = trial.ok && mayBeTried(record.registration) ? "verified" : record.state;
        const { registration, source, createdAt } = record;
        await put({ registration, state, source, createdAt, trial }, record.revision);
      }
      return { expert: nameOf(card), ...trial };
    },

    async removeExpert(name, { source }) {
      await directory.refresh();
      const { id, version } = parseExpertName(name);
      const { card } = found(name);
      const entries = registry.versions(id).filter(({ card: one }) => (version ?? one.version) === one.version);
      for (const { record } of entries) {
        if (!record) throw new TuttiError("invalid-request", `${card.id} is built in and can't be removed`);
        checkSource(record, source);
        const { registration, createdAt } = record;
        await put({ registration, state: "removed", source, createdAt }, record.revision);
        logger.info({ expert: nameOf(record.registration), source }, `${nameOf(record.registration)} removed`);
      }
    },
  };

  /** As it was before the trial. What was removed leaves nothing behind but its name. */
  async function takeBack(
    { registration, source, revision, createdAt }: ExpertRecord,
    before: ExpertRecord | undefined,
  ): Promise<void> {
    const { registration: old = registration, state = "removed" as const, trial } = before ?? {};
    await put({ registration: old, state, source, createdAt, ...(trial && { trial }) }, revision);
    logger.warn({ expert: nameOf(registration), source }, `${nameOf(registration)} was not taken`);
  }
}

/** What has effects outside is called with what somebody thought of, never with what was made up. */
function mayBeTried({ effects, sample }: Registration): boolean {
  return effects === "none" || sample !== undefined;
}

function parse(given: unknown): Registration {
  const parsed = registrationSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new TuttiError("invalid-request", z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, " "));
}

function checkPlace(
  registration: Registration,
  known: ExpertEntry | undefined,
  { source, replace }: { readonly source: string; readonly replace: boolean },
): void {
  const name = nameOf(registration);
  if (registration.id.startsWith("builtin/")) {
    throw new TuttiError("invalid-request", `id: builtin/ is for what comes with Tutti; choose another beginning`);
  }
  if (!known) return;
  if (!known.record) throw new TuttiError("invalid-request", `id: ${registration.id} is built in; choose another one`);
  if (known.record.state === "removed") return;
  if (!replace) {
    throw new TuttiError("expert-exists", `${name} is there already: raise its version, or PUT it to replace this one`);
  }
  checkSource(known.record, source);
}

/** What a file says is changed in the file. */
function checkSource(record: ExpertRecord, source: string): void {
  if (record.source === source) return;
  throw new TuttiError(
    "invalid-request",
    `${nameOf(record.registration)} comes from ${record.source}: change it there`,
  );
}

/** They are never shown, so whoever sends back what was shown doesn't have them. */
function keepSecrets(registration: Registration, given: unknown, before: Registration | undefined): Registration {
  const isLeftOut = typeof given === "object" && given !== null && !("secrets" in given);
  return before && isLeftOut ? { ...registration, secrets: before.secrets } : registration;
}

/** @throws TuttiError `invalid-request` where it describes a task that is there, and is another one */
function checkTask(registry: Registry, { id, task }: Registration): void {
  if (typeof task === "string") return;
  const known = registry.task(task.id);
  if (!known) return;
  const doers = registry.experts.filter(({ card }) => card.task === task.id && card.id !== id);
  if (doers.length === 0 || sameTypes(known, task)) return;
  const message = `task: ${task.id} is known with other inputs and outputs; name it as it is, or call yours otherwise`;
  throw new TuttiError("invalid-request", message);
}

function sameTypes(one: TaskSpec, other: TaskSpec): boolean {
  return typesOf(one) === typesOf(other);
}

function typesOf({ inputs, outputs }: TaskSpec): string {
  return JSON.stringify(
    [inputs, outputs].map((ports) => Object.entries(ports).map(([name, { type }]) => [name, type])),
  );
}
