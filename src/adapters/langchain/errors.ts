import { z } from "zod";
import { TuttiError, type ErrorCode } from "../../errors.ts";

/** What is known of a provider for its messages. */
export interface ErrorContext {
  /** `openai:gpt-4.1-mini` */
  readonly name: string;
  /** What to set or run where the key is refused or the model can't be reached. */
  readonly keyHint: string;
  readonly reachHint: string;
  /** Never to be seen in any message. */
  readonly secrets: readonly string[];
}

/** An error of a provider, understood: what to throw, and whether another try makes sense before the first token. */
export interface ProviderFault {
  readonly error: TuttiError;
  readonly status: number | undefined;
  /** The provider's own words, without secrets. */
  readonly words: string;
  readonly mayPass: boolean;
}

const thrownSchema = z.object({
  name: z.string().optional().catch(undefined),
  message: z.string().catch(""),
  status: z.number().optional().catch(undefined),
  status_code: z.number().optional().catch(undefined),
  code: z.string().optional().catch(undefined),
  error: z.unknown().optional(),
  errorDetails: z.unknown().optional(),
  headers: z.instanceof(Headers).optional().catch(undefined),
  cause: z.unknown().optional(),
});

type Thrown = z.infer<typeof thrownSchema>;

const NETWORK =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|UND_ERR|fetch failed|Connection error|terminated|socket hang up|other side closed/u;
const KEY =
  /api[ _-]?key (?:not valid|is invalid|expired)|API_KEY_INVALID|invalid[ _]api[ _]key|incorrect api key|authentication_error|unauthorized/iu;
const MONEY =
  /insufficient_quota|exceeded your current quota|credit balance is too low|billing|insufficient balance|payment required|exceeded your monthly/iu;
const CONTEXT =
  /context[ _]length|context[ _]window|context[ _]size|maximum context|context limit|CONTEXT_OVERFLOW|prompt is too long|input is too long|too many (?:input )?tokens|input token count|exceeds? the (?:maximum|available) (?:number of tokens|context)|tokens exceed|reduce the length of|context the overflows|too long prompt|request_too_large/iu;
const REFUSED =
  /content[ _](?:policy|filter)|content management policy|responsible ?ai|safety system|invalid_prompt|blocked due to|was blocked|PROHIBITED_CONTENT/iu;
const BUSY =
  /overloaded|rate[ _]limit|too many requests|RESOURCE_EXHAUSTED|temporarily unavailable|UNAVAILABLE|loading model/iu;

/** Sorts what a provider's package threw into Tutti's codes; the provider's words are kept, secrets are not. */
export function readFault(thrown: unknown, context: ErrorContext): ProviderFault {
  if (thrown instanceof TuttiError) return { error: thrown, status: undefined, words: thrown.message, mayPass: false };
  const chain = causes(thrown);
  const status = chain.map((error) => error.status ?? error.status_code).find((value) => value !== undefined);
  const text = chain
    .map((error) => `${error.name ?? ""} ${error.code ?? ""} ${error.message} ${JSON.stringify(error.error ?? "")}`)
    .join("\n");
  const words = redact(wordsOf(chain), context.secrets);
  const retryAfter = chain.map(retryAfterOf).find((seconds) => seconds !== undefined);
  const judged = judge(status, text, context);
  const message = `${context.name}: ${judged.says}${judged.quote ? ` (${words})` : ""}`;
  const error = new TuttiError(judged.code, message, {
    retryable: judged.mayPass,
    ...(judged.mayPass ? { retryAfter } : {}),
  });
  return { error, status, words, mayPass: judged.mayPass };
}

interface Verdict {
  readonly code: ErrorCode;
  readonly says: string;
  readonly mayPass: boolean;
  /** Whether the provider's words are added; those about a key may show parts of it. */
  readonly quote: boolean;
}

function verdict(code: ErrorCode, says: string, { mayPass = false, quote = true } = {}): Verdict {
  return { code, says, mayPass, quote };
}

function judge(status: number | undefined, text: string, { keyHint, reachHint }: ErrorContext): Verdict {
  if (status === 401 || status === 403 || ((status ?? 400) === 400 && KEY.test(text))) {
    return verdict("llm-auth", `the provider refused the key (${status ?? "no status"}); ${keyHint}`, { quote: false });
  }
  if (status === 402 || MONEY.test(text))
    return verdict("llm-quota", "the provider wants money or a higher quota before it goes on");
  if (status === 413 || (CONTEXT.test(text) && (status ?? 400) < 500 && status !== 429)) {
    return verdict(
      "llm-context-length",
      "what was sent is longer than the model can read; send less, or take a model with a longer context",
    );
  }
  if (status === 429)
    return verdict("llm-quota", "the provider wants no more requests for now; try again later", { mayPass: true });
  if ((status ?? 400) === 400 && REFUSED.test(text)) return verdict("llm-refused", "the model declined to answer");
  if (status === 404) return verdict("llm-unavailable", `the provider does not know the model; ${reachHint}`);
  if (status === 408 || status === 409 || (status !== undefined && status >= 500)) {
    return verdict("llm-unavailable", `the provider failed (${status}); try again later`, { mayPass: true });
  }
  if (status === undefined && BUSY.test(text))
    return verdict("llm-unavailable", "the provider is overloaded; try again later", { mayPass: true });
  if (status === undefined && NETWORK.test(text))
    return verdict("llm-unavailable", `it can't be reached; ${reachHint}`, { mayPass: true });
  return verdict(
    "llm-unavailable",
    status === undefined ? "it failed" : `the provider did not accept the request (${status})`,
  );
}

function causes(thrown: unknown): Thrown[] {
  const chain: Thrown[] = [];
  let current: unknown = thrown;
  // Chains of causes are short; the bound is against one that leads back to itself.
  while (current !== undefined && current !== null && chain.length < 5) {
    const parsed = thrownSchema.safeParse(current);
    if (!parsed.success) break;
    chain.push(parsed.data);
    current = parsed.data.cause;
  }
  return chain.length > 0 ? chain : [thrownSchema.parse({ message: String(thrown) })];
}

function wordsOf(chain: readonly Thrown[]): string {
  const inner = chain.findLast(({ message }) => message !== "")?.message ?? "no words";
  const outer = chain.find(({ status, status_code: code }) => (status ?? code) !== undefined)?.message ?? inner;
  return (outer.split(/\n+Troubleshooting URL/u)[0] ?? "").replaceAll(/\s+/gu, " ").trim().slice(0, 300);
}

/** Seconds, from the header (a number or a date), or from Google's `RetryInfo`. */
function retryAfterOf({ headers, errorDetails }: Thrown): number | undefined {
  const header = headers?.get("retry-after");
  if (header) {
    const seconds = Number(header);
    const wait = Number.isFinite(seconds) ? seconds : (Date.parse(header) - Date.now()) / 1000;
    if (Number.isFinite(wait)) return Math.max(0, wait);
  }
  const delay = /"retryDelay":"([\d.]+)s"/u.exec(JSON.stringify(errorDetails ?? ""))?.[1];
  return delay === undefined ? undefined : Number(delay);
}

/** Takes every secret out of a text, and what looks like a key of a known provider even where it is not ours. */
export function redact(text: string, secrets: readonly string[]): string {
  const without = secrets
    .filter((secret) => secret !== "")
    .reduce((rest, secret) => rest.replaceAll(secret, "[key]"), text);
  return without
    .replaceAll(/\b(?:sk|hf|gsk|AIza)[-_A-Za-z0-9*]{8,}/gu, "[key]")
    .replaceAll(/Bearer \S+/gu, "Bearer [key]");
}
