/** One call through the library, from whom it goes to until what it throws. */
import type { InferenceProviderOrPolicy, Options } from "@huggingface/inference";
import { TuttiError } from "../../../src/errors.ts";
import { createGuardedFetch, type GuardedFetch } from "../../../src/net/guarded-fetch.ts";
import { assertWanted, deadlineIn } from "../remote/deadline.ts";
import { redactor } from "../remote/redact.ts";
import type { ProviderSetup } from "../provider.ts";
import { withFetch } from "./ambient-fetch.ts";
import { libraryFault } from "./faults.ts";
import type { Library } from "./library.ts";
import { remoteFetch } from "./remote-fetch.ts";
import type { HuggingFaceSettings } from "./settings.ts";

/** What every call of the library begins with. */
export interface Target {
  readonly model: string;
  readonly accessToken?: string;
  readonly endpointUrl?: string;
  readonly provider?: InferenceProviderOrPolicy;
}

export interface HubCall {
  readonly library: Library;
  readonly target: Target;
  readonly options: Options;
  readonly settings: HuggingFaceSettings;
}

export interface HubConnection {
  /**
   * @param signal ends the call
   * @throws TuttiError as a worker wants it
   */
  readonly call: <T>(library: Library, signal: AbortSignal, action: (call: HubCall) => Promise<T>) => Promise<T>;
}

export function connectionTo(
  setup: ProviderSetup<HuggingFaceSettings>,
  guardedFetch: GuardedFetch = createGuardedFetch(),
): HubConnection {
  const { settings, secrets, card } = setup;
  const redact = redactor(secrets);
  const target = targetOf(settings, secrets["token"]);
  const { timeoutMs } = card.limits;
  return {
    async call(library, asked, action) {
      const late = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([asked, late]);
      const fetch = remoteFetch({ setup, guardedFetch, redact, deadline: deadlineIn(timeoutMs), signal });
      // It would ask a server that is not ready again, at once and without end.
      const options: Options = { fetch, signal, retry_on_error: false };
      if (settings.billTo !== undefined) options.billTo = settings.billTo;
      try {
        return await withFetch(fetch, () => action({ library, target, options, settings }));
      } catch (error) {
        assertWanted(asked);
        if (late.aborted) throw tooLate(settings, timeoutMs);
        throw libraryFault(error, redact);
      }
    },
  };
}

function targetOf({ model, provider, endpointUrl }: HuggingFaceSettings, token: string | undefined): Target {
  return {
    model,
    ...(token !== undefined && { accessToken: token }),
    ...(endpointUrl === undefined ? { provider: provider ?? "auto" } : { endpointUrl }),
  };
}

function tooLate({ model }: HuggingFaceSettings, timeoutMs: number): TuttiError {
  return new TuttiError("timeout", `${model} was not done within ${timeoutMs / 1000} s (limits.timeoutMs)`, {
    retryable: true,
  });
}
