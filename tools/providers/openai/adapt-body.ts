/**
 * Servers differ in which fields of a request they know. What one refuses is sent otherwise, or not at all, from then on.
 * Pure.
 */
import { z } from "zod";

export type JsonBody = Readonly<Record<string, unknown>>;

export interface Adaptation {
  /** How a refusal reads. */
  readonly refusal: RegExp;
  /** Undefined where there is nothing to change. */
  readonly change: (body: JsonBody) => JsonBody | undefined;
}

const schemaFormat = z.object({ type: z.literal("json_schema") });
/** Nothing at all is said by some that don't know a format. */
const formatRefusal = /^\s*$|response_?format|json_?schema|json_?object|structured|grammar|guided/i;

/** In the order in which they are tried and made. */
const adaptations: readonly Adaptation[] = [
  {
    // What OpenAI's own models want since they think before they answer.
    refusal: /max_completion_tokens/,
    change: ({ max_tokens: maxTokens, ...body }) =>
      maxTokens === undefined ? undefined : { ...body, max_completion_tokens: maxTokens },
  },
  { refusal: /\btemperature\b/, change: without("temperature") },
  { refusal: /stream_options|include_usage/, change: without("stream_options") },
  { refusal: /\bstream(?:ing)?\b/i, change: (body) => without("stream")(without("stream_options")(body) ?? body) },
  {
    refusal: formatRefusal,
    change: (body) =>
      schemaFormat.safeParse(body["response_format"]).success
        ? { ...body, response_format: { type: "json_object" } }
        : undefined,
  },
  { refusal: formatRefusal, change: without("response_format") },
];

export function adapt(body: JsonBody, made: readonly Adaptation[]): JsonBody {
  return made.reduce((changed, { change }) => change(changed) ?? changed, body);
}

/**
 * What to do otherwise after a refusal; undefined where it is about something else.
 * @param sent as it was refused
 */
export function nextAdaptation(
  sent: JsonBody,
  made: readonly Adaptation[],
  { status, said }: { readonly status: number; readonly said: string },
): Adaptation | undefined {
  // llama-cpp-python answers 500 to what does not fit its types.
  const isRefusal = [400, 422, 501].includes(status) || (status === 500 && /validation error/i.test(said));
  if (!isRefusal) return undefined;
  return adaptations.find((one) => !made.includes(one) && one.refusal.test(said) && one.change(sent) !== undefined);
}

function without(name: string): Adaptation["change"] {
  return ({ [name]: taken, ...rest }) => (taken === undefined ? undefined : rest);
}
