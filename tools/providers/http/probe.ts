import { TuttiError } from "../../../src/errors.ts";
import type { ProviderSetup } from "../provider.ts";
import { faultOf, isSuccess } from "./ask.ts";
import { connectionTo } from "./connection.ts";
import { deadlineIn, within } from "../remote/deadline.ts";
import type { HttpSettings } from "./settings.ts";

const LONGEST_MS = 10_000;

/**
 * Asks `settings.healthUrl`; without one there is no way to ask, and nothing is said against the expert.
 * @throws TuttiError
 */
export async function probe(setup: ProviderSetup<HttpSettings>, signal: AbortSignal): Promise<void> {
  const { healthUrl } = setup.settings;
  if (healthUrl === undefined) return;
  const connection = connectionTo(setup);
  const url = new URL(healthUrl);
  const fetched = await connection.fetch(url, { signal, limits: within(deadlineIn(LONGEST_MS)) });
  if (!isSuccess(fetched)) throw await healthFault({ ...connection, host: url.host }, fetched);
  fetched.close();
}

/** A fault of the request, there being none, is a fault of the place. */
async function healthFault(...asked: Parameters<typeof faultOf>): Promise<Error> {
  const fault = await faultOf(...asked);
  return new TuttiError("expert-unavailable", `health: ${fault.message}`, { cause: fault });
}
