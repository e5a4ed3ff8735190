/** Keeps a process's registry in step with the experts that any process registers, and knows how to reach them. */
import type { ExpertRecord, ExpertStore } from "../ports/expert-store.ts";
import type { RegisteredSetup } from "../ports/expert-runner.ts";
import type { ExpertEntry, RegisteredExpert } from "../registry/expert-entry.ts";
import { makeCard } from "../registry/make-card.ts";
import type { Registration } from "../registry/registration.ts";
import type { ExpertCard } from "../registry/expert-card.ts";
import type { TaskSpec } from "../registry/task-spec.ts";
import type { OpenProvider, ProviderEnvironment, ProviderSetup } from "../registry/provider-setup.ts";
import { resolveSecrets } from "../registry/resolve-secrets.ts";
import type { Registry } from "../registry/registry.ts";
import { asTuttiError, TuttiError } from "../errors.ts";

export interface DirectoryOptions {
  readonly store: ExpertStore;
  readonly registry: Registry;
  /** Experts that come with Tutti and need a provider; they are looked at in the background. @default none */
  readonly standing?: readonly Registration[] | undefined;
  readonly openProvider: OpenProvider;
  readonly environment: ProviderEnvironment;
  /** The value of a variable of the environment. */
  readonly secretOf: (variable: string) => string | undefined;
  readonly onError: (error: unknown, what: string) => void;
}

/** Records that are read at once. */
const PAGE = 1000;
/** Of what comes with Tutti: it is in no store. */
export const STANDING = "tutti";
const LOOK_AGAIN_MS = 60_000;
/** After a store has failed, it is asked again. */
const RETRY_MS = 1000;

export class ExpertDirectory {
  readonly #options: DirectoryOptions;
  #refreshing: Promise<void> | undefined;
  #isStale = false;
  #unwatch: (() => void) | undefined;
  #retry: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** Reads all that is registered, and goes on with what changes. */
  async start(): Promise<void> {
    this.#unwatch = this.#options.store.watch(() => this.#follow());
    await this.refresh();
    void this.#lookAtStanding();
  }

  close(): void {
    this.#unwatch?.();
    clearTimeout(this.#retry);
    clearTimeout(this.#again);
    this.#isClosed = true;
  }

  /** When it resolves, all that was registered before it was called is in the registry. */
  async refresh(): Promise<void> {
    // One that is under way may have read before that.
    this.#isStale = true;
    while (this.#isStale) {
      this.#refreshing ??= this.#read().finally(() => (this.#refreshing = undefined));
      await this.#refreshing;
    }
  }

  /** How to reach an expert now. Undefined for what is built in. */
  setupOf({ card, record }: ExpertEntry): RegisteredSetup | undefined {
    if (!record) return undefined;
    const { revision } = record;
    const task = this.#options.registry.task(card.task);
    if (!task) throw new TuttiError("unknown-task", `the task ${card.task} of ${card.id} is gone`);
    return { revision, setup: this.#setup(card, task, record) };
  }

  /** What a registration amounts to here. @throws TuttiError `invalid-request` where it can't be used by anybody */
  async read(record: ExpertRecord): Promise<RegisteredExpert> {
    const { registry, openProvider } = this.#options;
    const { registration } = record;
    const { id, provider, task: named } = registration;
    const task = typeof named === "string" ? registry.task(named) : named;
    if (!task) {
      const known = registry.tasks.map((entry) => entry.id).join(", ");
      throw new TuttiError(
        "invalid-request",
        `${id}: there is no task ${typeof named === "string" ? named : named.id}; describe it, or name one of: ${known}`,
      );
    }
    const opened = await openProvider(provider, registration.settings, id);
    const card = makeCard(registration, opened.defaults, opened.model);
    const entry = { card, task, record };
    let unavailable: string | undefined;
    try {
      const setup = this.#setup(card, task, record);
      opened.connect(setup);
      unavailable = await opened.whyUnavailable(setup);
    } catch (error) {
      unavailable = asTuttiError(error).message;
    }
    return { ...entry, unavailable };
  }

  /** Asks a registered expert whether it could work, without work being done. @throws TuttiError saying why it couldn't */
  async probe(entry: RegisteredExpert, signal: AbortSignal): Promise<void> {
    const { provider, settings, id } = entry.record.registration;
    const opened = await this.#options.openProvider(provider, settings, id);
    const registered = this.setupOf(entry);
    if (registered) await opened.probe(registered.setup, signal);
  }

  #setup(card: ExpertCard, task: TaskSpec, { registration, source }: ExpertRecord): ProviderSetup {
    const { id, settings, allowHosts } = registration;
    const { environment, secretOf } = this.#options;
    // Whoever can write into the folder of experts can run commands here anyway.
    const mayRunCommands = environment.mayRunCommands === true || source.startsWith("file:");
    const secrets = resolveSecrets(id, registration.secrets, secretOf);
    return { card, task, settings, allowHosts, secrets, environment: { ...environment, mayRunCommands } };
  }

  /** Whether they can be had changes: with the network, and with what is downloaded meanwhile. */
  async #lookAtStanding(): Promise<void> {
    const { standing = [], registry, onError } = this.#options;
    if (standing.length === 0) return;
    const records = standing.map((registration) => {
      return { revision: 0, registration, state: "verified", source: STANDING, createdAt: 0, changedAt: 0 } as const;
    });
    const read = await Promise.allSettled(records.map((record) => this.read(record)));
    for (const result of read)
      if (result.status === "rejected") onError(result.reason, "an expert that comes with Tutti");
    const entries = read.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    if (this.#isClosed) return;
    const isNews = ({ card, unavailable }: RegisteredExpert): boolean => {
      const known = registry.find(card);
      return !known || known.unavailable !== unavailable;
    };
    registry.apply(entries.filter(isNews));
    this.#again = setTimeout(() => void this.#lookAtStanding(), LOOK_AGAIN_MS).unref();
  }

  #follow(): void {
    this.refresh().catch((error: unknown) => {
      this.#options.onError(error, "reading the registered experts");
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#follow(), RETRY_MS).unref();
    });
  }

  async #read(): Promise<void> {
    const { store, registry, onError } = this.#options;
    this.#isStale = false;
    for (;;) {
      const after = registry.revision;
      const records = await store.changes(after, PAGE);
      if (records[0] && records[0].revision <= after) registry.reset();
      const read = await Promise.allSettled(records.map((record) => this.read(record)));
      for (const [index, result] of read.entries()) {
        // One that another version of Tutti wrote, and this one can't read: the rest is as good as ever.
        if (result.status === "rejected") onError(result.reason, `the expert ${records[index]?.registration.id ?? ""}`);
      }
      registry.apply(
        read.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
        records.at(-1)?.revision,
      );
      if (records.length < PAGE) return;
    }
  }
}
