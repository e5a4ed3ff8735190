/** What the hub says of a model. */
import { TuttiError } from "../../../src/errors.ts";
import type { FetchOptions, GuardedFetch } from "../../../src/net/guarded-fetch.ts";
import { readText } from "../../../src/net/read-fetched.ts";
import { hubModelSchema, type HubModel } from "../../../src/registry/import/hub-model.ts";
import { fetchFault } from "../remote/faults.ts";
import { parseForeignJson } from "../values/foreign-json.ts";
import type { ProviderSetup } from "../provider.ts";
import { refusalFault } from "./faults.ts";
import type { HuggingFaceSettings } from "./settings.ts";

export const HUB_URL = "https://huggingface.co";
export const ROUTER_URL = "https://router.huggingface.co";

/** Only what is asked for is answered. */
const wanted = [
  "cardData",
  "disabled",
  "downloads",
  "gated",
  "inferenceProviderMapping",
  "library_name",
  "likes",
  "pipeline_tag",
  "tags",
];

const MAX_BYTES = 4 * 2 ** 20;

/** A mirror that whoever runs Tutti has chosen may be a private one. */
export function hubHosts({ settings, allowHosts, environment }: ProviderSetup<HuggingFaceSettings>): readonly string[] {
  return settings.hubUrl === undefined ? [...allowHosts, new URL(environment.hubUrl).host] : allowHosts;
}

interface HubRequest {
  readonly hubUrl: string;
  readonly model: string;
  readonly token?: string | undefined;
}

/** @throws TuttiError `expert-unavailable` where there is no such model for this token, and those of a fetch */
export async function fetchHubModel(
  guardedFetch: GuardedFetch,
  { hubUrl, model, token }: HubRequest,
  { limits, ...options }: Pick<FetchOptions, "signal" | "limits" | "allow"> = {},
): Promise<HubModel> {
  const query = wanted.map((name) => `expand[]=${name}`).join("&");
  const url = new URL(`${hubUrl.replace(/\/+$/, "")}/api/models/${model}?${query}`);
  // Keys of other providers are nothing for the hub.
  const headers = token?.startsWith("hf_") === true ? { authorization: `Bearer ${token}` } : {};
  try {
    const fetched = await guardedFetch(url, { ...options, headers, limits: { maxBytes: MAX_BYTES, ...limits } });
    const text = await readText(fetched);
    if (fetched.status < 200 || fetched.status > 299) {
      throw refusalFault({ place: "hub", host: url.host, model, status: fetched.status, text });
    }
    const parsed = hubModelSchema.safeParse(parseForeignJson(text, `what ${url.host} says of ${model}`));
    if (parsed.success) return parsed.data;
    throw new TuttiError("expert-failed", `${url.host} answers with something that is no model`);
  } catch (error) {
    throw fetchFault(error);
  }
}
