/** An answer that is no success, as one of the codes that a worker acts on. Pure. */
import { TuttiError, type ErrorCode } from "../../../src/errors.ts";
import { readTold } from "./told.ts";

/** An answer that is no success. */
export interface Fault {
  readonly host: string;
  readonly model: string;
  readonly status: number;
  /** Its body, or the beginning of it. */
  readonly said: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** Takes the secrets out of a text. */
  readonly redact: (text: string) => string;
}

interface Rule {
  /** Statuses to which it applies. */
  readonly when: (status: number) => boolean;
  /** What has to be in the words. @default anything */
  readonly says?: RegExp;
  readonly code: ErrorCode;
  readonly retryable?: boolean;
  readonly advice?: (fault: Fault) => string;
}

const any = (): boolean => true;
const client = (status: number): boolean => status >= 400 && status < 500 && status !== 429;
const one =
  (...statuses: readonly number[]) =>
  (status: number): boolean =>
    statuses.includes(status);

const noQuota = /insufficient_quota|exceeded your current quota|billing|insufficient (?:balance|credits?|funds)/i;
const declined = /content_policy|content_filter|content management policy|moderation|\bflagged\b|safety system/i;
const noModel =
  /model_not_found|DeploymentNotFound|invalid model|no such model|model\b.{0,200}\b(?:not found|not exist|unknown|no longer)/i;
const blind =
  /\b(?:image|audio|vision|multi-?modal)\b[^.]{0,40}\b(?:not supported|unsupported|not enabled)|not support (?:image|audio|vision|multi-?modal)|not a multimodal|image_url is only supported|no endpoints found that support/i;
const tooLong =
  /context[_ ](?:length|window|size)|maximum (?:context|input|sequence)|string_above_max_length|too (?:long|many tokens)|reduce the length/i;
const badMedia =
  /invalid_(?:base64_)?image|image_parse_error|audio_too_short|cannot identify image|corrupted|(?:could not|cannot|can't|failed to|unable to) (?:process|decode|read|load|parse|open) (?:the |your |this )?(?:image|audio)/i;
const badFile =
  /(?:could not|cannot|can't|failed to|unable to) (?:process|decode|read|load|parse|open) (?:the |your |this )?file/i;
/** The parameters by which the caller's own words and files are sent. */
const ofInput = /(?:^|\s)(?:input|prompt|file|messages(?:[.[].*)?)$/;

/** The first that applies counts. */
const rules: readonly Rule[] = [
  { when: one(402), code: "expert-unavailable", advice: () => "no credit is left for the secret apiKey" },
  {
    when: one(400, 403, 429),
    says: noQuota,
    code: "expert-unavailable",
    advice: () => "no credit is left for the secret apiKey",
  },
  // Another model may well do it.
  { when: client, says: declined, code: "expert-failed", advice: ({ model }) => `${model} declines` },
  { when: one(401, 403), code: "expert-unavailable", advice: () => "check the secret apiKey" },
  { when: client, says: tooLong, code: "bad-input" },
  { when: one(500), says: tooLong, code: "bad-input" },
  { when: any, says: blind, code: "expert-unavailable", advice: ({ model }) => `${model} takes no such input` },
  { when: any, says: badMedia, code: "bad-input" },
  { when: client, says: badFile, code: "bad-input" },
  { when: client, says: noModel, code: "expert-unavailable", advice: ({ model }) => `check settings.model, ${model}` },
  {
    when: one(404, 405, 410, 501),
    code: "expert-unavailable",
    advice: ({ model }) => `check settings.baseUrl and settings.model, ${model}`,
  },
  { when: (status) => one(408, 409, 425, 429)(status) || status >= 500, code: "expert-failed", retryable: true },
];

export function sortFault(fault: Fault): TuttiError {
  const { host, status, said, retryAfter, redact } = fault;
  const { message, marks } = readTold(said, redact);
  const rule = rules.find(({ when, says = /^/ }) => when(status) && says.test(`${marks} ${message}`));
  const isOurs = one(400, 422)(status) && !ofInput.test(marks);
  const advice = rule ? rule.advice?.(fault) : isOurs ? "check the settings" : undefined;
  const code = rule?.code ?? (one(400, 422)(status) && !isOurs ? "bad-input" : "expert-failed");
  const words = [`${host} answers ${status}`, message].filter((part) => part !== "").join(": ");
  const retryable = rule?.retryable ?? false;
  return new TuttiError(code, advice === undefined ? words : `${words}; ${advice}`, {
    retryable,
    ...(retryable && { retryAfter }),
  });
}

/** Whether it is about the name of the model. */
export function saysNoModel({ said }: Pick<Fault, "said">, redact: Fault["redact"]): boolean {
  const { message, marks } = readTold(said, redact);
  return noModel.test(`${marks} ${message}`);
}
