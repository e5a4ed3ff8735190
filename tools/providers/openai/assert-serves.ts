import { TuttiError } from "../../../src/errors.ts";
import { readAllowList } from "../../../src/net/allow-list.ts";
import { checkUrl } from "../../../src/net/check-url.ts";
import type { ProviderSetup } from "../provider.ts";
import { optionsOf, type Api, type OpenaiSettings } from "./settings.ts";

/** @throws TuttiError `bad-input` for settings that mean nothing for this part of the API, and for a URL out of reach */
export function assertServes({ card, settings, allowHosts }: ProviderSetup<OpenaiSettings>, api: Api): void {
  if (card.limits.batch && api !== "embeddings") {
    throw new TuttiError("bad-input", `limits.batch: ${api} takes one input at a time, only embeddings take several`);
  }
  const known: readonly string[] = optionsOf[api];
  const odd = Object.entries(settings.options).find(([name, value]) => value !== undefined && !known.includes(name));
  if (odd)
    throw new TuttiError("bad-input", `settings.options.${odd[0]} means nothing for ${api}: ${known.join(", ")}`);
  try {
    checkUrl(settings.baseUrl, { allow: readAllowList(allowHosts) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new TuttiError("bad-input", `settings.baseUrl, with allowHosts: ${message}`, { cause: error });
  }
}
