import { TuttiError } from "../../../src/errors.ts";
import { createGuardedFetch } from "../../../src/net/guarded-fetch.ts";
import { liveOnes } from "../../../src/registry/import/served-by.ts";
import type { ProviderSetup } from "../provider.ts";
import { howToServe } from "./faults.ts";
import { fetchHubModel, hubHosts } from "./hub.ts";
import { redactor } from "../remote/redact.ts";
import type { HuggingFaceSettings } from "./settings.ts";

const LIMITS = { connectMs: 2000, firstByteMs: 5000, totalMs: 10_000 };

/**
 * Asks the hub who runs the model now. An endpoint of one's own has no way to be asked that every server on one knows.
 * @throws TuttiError
 */
export async function probe(setup: ProviderSetup<HuggingFaceSettings>, signal: AbortSignal): Promise<void> {
  const { settings, secrets, environment } = setup;
  const { model, provider = "auto", endpointUrl, hubUrl = environment.hubUrl } = settings;
  if (endpointUrl !== undefined) return;
  const token = secrets["token"];
  const found = await fetchHubModel(
    createGuardedFetch(),
    { hubUrl, model, token },
    { signal, limits: LIMITS, allow: hubHosts(setup) },
  ).catch((error: unknown) => {
    if (!(error instanceof TuttiError)) throw error;
    throw new TuttiError(error.code, redactor(secrets)(error.message), { retryable: error.retryable });
  });
  if (found.disabled === true) throw new TuttiError("expert-unavailable", `the hub has switched ${model} off`);
  const live = liveOnes(found.inferenceProviderMapping ?? []);
  if (live.length === 0) throw new TuttiError("expert-unavailable", howToServe(model));
  if (provider === "auto" || live.some((entry) => entry.provider === provider)) return;
  const others = live.map((entry) => entry.provider).join(", ");
  throw new TuttiError("expert-unavailable", `${provider} does not run ${model} now; these do: ${others}`);
}
