/** What a provider is: the technology by which an expert that was registered is reached. */
import type { z } from "zod";
import type { RegistrableProvider } from "../../src/registry/expert-card.ts";
import type { ProviderDefaults, ProviderSetup } from "../../src/registry/provider-setup.ts";
import type { Expert } from "../define-expert.ts";

export type { ProviderDefaults, ProviderEnvironment, ProviderSetup } from "../../src/registry/provider-setup.ts";

export type ConnectedExpert = Pick<Expert, "load" | "run" | "runBatch" | "unload">;

export interface Provider<Settings> {
  readonly id: RegistrableProvider;
  /** Strict, so that what is misspelled is told at registration. */
  readonly settings: z.ZodType<Settings>;
  /** Where a registration says nothing else. */
  readonly defaults: (settings: Settings, id: string) => ProviderDefaults;
  /** `provider/model` is what the card calls the model where the registration doesn't. */
  readonly model: (settings: Settings) => string;
  /**
   * Cheap: connections and models are made by the `load` of what it returns.
   * @throws TuttiError `bad-input` (the settings can't serve the task), saying what to change
   */
  readonly connect: (setup: ProviderSetup<Settings>) => ConnectedExpert;
  /** Why it can't be used on this machine, with the fix; told within two seconds, and without loading anything. */
  readonly whyUnavailable?: (setup: ProviderSetup<Settings>) => Promise<string | undefined>;
  /**
   * Asks whether the expert could work now, without work being done, where the technology has a way to ask.
   * @throws TuttiError saying why it couldn't
   */
  readonly probe?: (setup: ProviderSetup<Settings>, signal: AbortSignal) => Promise<void>;
}
