/** What it takes to reach a registered expert: plain data, handed to the process that runs it. */
import type { ExpertCard, Lane, RegistrableProvider } from "./expert-card.ts";
import type { TaskSpec } from "./task-spec.ts";

/** What the worker's own settings allow. */
export interface ProviderEnvironment {
  /** Absolute: where downloaded models are kept. */
  readonly modelsFolder: string;
  /** Whether nothing may be downloaded. */
  readonly offline: boolean;
  readonly hubUrl: string;
  /** Whether an expert may be a command that is run here. @default false */
  readonly mayRunCommands?: boolean | undefined;
}

export interface ProviderSetup<Settings = unknown> {
  readonly card: ExpertCard;
  readonly task: TaskSpec;
  readonly settings: Settings;
  /** By name; those that stand in the environment are looked up by then. */
  readonly secrets: Readonly<Record<string, string>>;
  /** For the guarded fetch. */
  readonly allowHosts: readonly string[];
  readonly environment: ProviderEnvironment;
}

/** A provider that has read the settings of one expert. */
export interface OpenedProvider {
  readonly defaults: ProviderDefaults;
  /** What it calls the model. */
  readonly model: string;
  /** @throws TuttiError where the settings can't serve the task */
  readonly connect: (setup: ProviderSetup) => unknown;
  /** Asks whether the expert could work now. @throws TuttiError saying why it couldn't */
  readonly probe: (setup: ProviderSetup, signal: AbortSignal) => Promise<void>;
  /** Why it can't be used on this machine, with the fix. */
  readonly whyUnavailable: (setup: ProviderSetup) => Promise<string | undefined>;
}

/** @throws TuttiError `invalid-request`, saying what is wrong with the settings */
export type OpenProvider = (id: RegistrableProvider, settings: unknown, expertId: string) => Promise<OpenedProvider>;

export interface ProviderDefaults {
  readonly lane: Lane;
  /** Experts of one runtime share one child process. */
  readonly runtime: string;
  readonly limits: ExpertCard["limits"];
}
