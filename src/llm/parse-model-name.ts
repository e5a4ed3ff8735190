import { TuttiError } from "../errors.ts";

/** Providers whose models are named by a word; `huggingface` is the router at router.huggingface.co. */
export const namedProviders = ["openai", "anthropic", "google-genai", "ollama", "huggingface"] as const;

export type NamedProvider = (typeof namedProviders)[number];

/** Which language model to use; what a person wrote, taken apart. */
export type ModelName =
  | { readonly provider: NamedProvider; readonly model: string }
  /** `url` is the base that ends in `/v1` or the like, without a slash at its end. */
  | { readonly provider: "openai-compatible"; readonly url: string; readonly model: string }
  /** A GGUF file: a path, or an `hf:` or `https:` URI. */
  | { readonly provider: "llama-cpp"; readonly source: string }
  | { readonly provider: "none" };

const FORMS =
  "write openai:MODEL, anthropic:MODEL, google-genai:MODEL, ollama:MODEL, huggingface:OWNER/MODEL, " +
  "openai-compatible:http://HOST:PORT/v1#MODEL, llama-cpp:PATH_OR_HF_URI, or none";

/**
 * Reads a name such as `openai:gpt-4.1-mini` or `ollama:qwen3:8b`: the provider up to the first colon, then the model.
 * @throws TuttiError `misconfigured`, saying the right form; what was written is not repeated where it may hold a secret
 */
export function parseModelName(text: string): ModelName {
  const name = text.trim();
  if (name === "none") return { provider: "none" };
  const colon = name.indexOf(":");
  const provider = colon < 0 ? name : name.slice(0, colon);
  const rest = colon < 0 ? "" : name.slice(colon + 1).trim();
  if (provider === "openai-compatible") return compatible(rest);
  if (provider === "llama-cpp") {
    if (rest === "")
      throw wrong("a llama-cpp model needs a GGUF file: write llama-cpp:PATH or llama-cpp:hf:OWNER/REPO:QUANT");
    return { provider, source: rest };
  }
  const named = namedProviders.find((candidate) => candidate === provider);
  if (named === undefined) throw wrong(`the name of a language model starts with its provider: ${FORMS}`);
  if (rest === "" || /\s/u.test(rest))
    throw wrong(`the model of ${named} is missing or has a space in it: write ${named}:MODEL`);
  return { provider: named, model: rest };
}

/** The name as it is shown and recorded: it reads back to the same model. */
export function formatModelName(name: ModelName): string {
  if (name.provider === "none") return "none";
  if (name.provider === "llama-cpp") return `llama-cpp:${name.source}`;
  if (name.provider === "openai-compatible") return `openai-compatible:${name.url}#${name.model}`;
  return `${name.provider}:${name.model}`;
}

function compatible(rest: string): ModelName {
  const hash = rest.indexOf("#");
  const [address, model] = hash < 0 ? [rest, ""] : [rest.slice(0, hash), rest.slice(hash + 1)];
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const form = "write openai-compatible:http://HOST:PORT/v1#MODEL";
  if (url === undefined || !/^https?:$/u.test(url.protocol))
    throw wrong(`an OpenAI-compatible server needs an address: ${form}`);
  if (url.username !== "" || url.password !== "" || url.search !== "") {
    throw wrong(
      `a key does not belong into the address of a model, which is shown and recorded; set TUTTI_LLM_API_KEY: ${form}`,
    );
  }
  if (model === "") throw wrong(`an OpenAI-compatible server needs a model after the #: ${form}`);
  return { provider: "openai-compatible", url: url.href.replace(/\/+$/u, ""), model };
}

function wrong(message: string): TuttiError {
  return new TuttiError("misconfigured", message);
}
