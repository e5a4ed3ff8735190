/** The error in an answer's JSON: the contract's own shape, or problem+json (RFC 9457), or what frameworks send. */
import { z } from "zod";
import type { Told } from "../remote/faults.ts";

const LONGEST = 300;

const text = z.string().optional().catch(undefined);
const faultShape = {
  code: z.enum(["bad-input", "expert-failed", "expert-unavailable"]).optional().catch(undefined),
  message: text,
  detail: text,
  title: text,
  retryable: z.boolean().optional().catch(undefined),
};
const bodySchema = z.object({
  ...faultShape,
  error: z
    .union([z.string().transform((message) => ({ message })), z.object(faultShape)])
    .optional()
    .catch(undefined),
});

/** @returns undefined where the body tells of none */
export function toldError(body: unknown, redact: (text: string) => string): Told | undefined {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { error, ...outer } = parsed.data;
  const fault: Partial<typeof outer> = error ?? outer;
  const words = fault.message ?? fault.detail ?? fault.title;
  if (words === undefined && fault.code === undefined) return undefined;
  return {
    code: fault.code,
    retryable: fault.retryable,
    message: words === undefined ? undefined : plain(redact(words)),
  };
}

/** One line without control characters. */
function plain(words: string): string {
  const line = words
    .slice(0, 4 * LONGEST)
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
