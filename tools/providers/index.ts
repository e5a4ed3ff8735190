/** All providers, each loaded when the first expert of it is looked at: most bring a heavy library. */
import { TuttiError } from "../../src/errors.ts";
import type { RegistrableProvider } from "../../src/registry/expert-card.ts";
import type { OpenedProvider, ProviderSetup } from "../../src/registry/provider-setup.ts";
import type { Expert } from "../define-expert.ts";
import type { ConnectedExpert, Provider } from "./provider.ts";

type Open = (settings: unknown, expertId: string) => Promise<Connectable>;

const openers: Readonly<Record<RegistrableProvider, Open>> = {
  http: async (...given) => open((await import("./http/index.ts")).httpProvider, ...given),
  mcp: async (...given) => open((await import("./mcp/index.ts")).mcpProvider, ...given),
  openai: async (...given) => open((await import("./openai/index.ts")).openaiProvider, ...given),
  huggingface: async (...given) => open((await import("./huggingface/index.ts")).huggingfaceProvider, ...given),
  transformers: async (...given) => open((await import("./transformers/index.ts")).transformersProvider, ...given),
};

interface Connectable extends OpenedProvider {
  readonly connect: (setup: ProviderSetup) => ConnectedExpert;
}

/** @throws TuttiError `invalid-request`, saying what is wrong with the settings */
export function openProvider(id: RegistrableProvider, settings: unknown, expertId: string): Promise<Connectable> {
  return openers[id](settings, expertId);
}

/** In a function of its own, so that the type of the settings has a name. */
function open<Settings>(provider: Provider<Settings>, given: unknown, expertId: string): Connectable {
  const parsed = provider.settings.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `settings.${path.join(".")}: ${message}`);
    throw new TuttiError("invalid-request", `${expertId}: ${faults.join("; ")}`);
  }
  const settings = parsed.data;
  return {
    defaults: provider.defaults(settings, expertId),
    model: provider.model(settings),
    connect: (setup) => provider.connect({ ...setup, settings }),
    probe: async (setup, signal) => provider.probe?.({ ...setup, settings }, signal),
    whyUnavailable: async (setup) => provider.whyUnavailable?.({ ...setup, settings }),
  };
}

/** An expert that was registered, as a worker runs it. @throws TuttiError where its settings can't serve its task */
export async function connectExpert(setup: ProviderSetup): Promise<Expert> {
  const { card, task, settings } = setup;
  if (card.provider === "builtin") throw new TuttiError("internal", `${card.id} is built in`);
  const provider = await openProvider(card.provider, settings, card.id);
  return { card, task, ...provider.connect(setup) };
}
