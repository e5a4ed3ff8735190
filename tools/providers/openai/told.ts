/** What a server says of an error, out of the many shapes in which servers that call themselves compatible do. */
import { z } from "zod";

const LONGEST = 300;

export interface Told {
  readonly message: string;
  /** OpenAI's code and type and the name of the parameter, in one text to look for words in. */
  readonly marks: string;
}

const text = z.string().optional().catch(undefined);
const mark = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined);
const errorShape = { message: text, code: mark, type: mark, param: mark };
/** What FastAPI says of a request that does not fit its types. */
const misfits = z
  .array(z.object({ msg: z.string(), loc: z.array(z.union([z.string(), z.number()])).default([]) }))
  .transform((all) => all.map(({ msg, loc }) => `${loc.join(".")}: ${msg}`).join("; "));
const bodySchema = z.object({
  ...errorShape,
  error: z
    .union([
      z.string().transform((message) => ({ message, code: undefined, type: undefined, param: undefined })),
      z.object(errorShape),
    ])
    .optional()
    .catch(undefined),
  detail: z.union([z.string(), misfits]).optional().catch(undefined),
});

/** Of what is no JSON, or none that is known, nothing is told: pages of proxies say less than the status. */
export function readTold(body: string, redact: (words: string) => string): Told {
  const parsed = bodySchema.safeParse(asJson(body));
  if (!parsed.success) return { message: "", marks: "" };
  const { error, detail, ...outer } = parsed.data;
  const { message, code, type, param } = error ?? outer;
  const marks = [code, type, param].filter((one) => one !== undefined).join(" ");
  return { message: oneLine(redact(message ?? detail ?? "")), marks };
}

function asJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Without control characters. */
function oneLine(words: string): string {
  const line = words
    .slice(0, 4 * LONGEST)
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
