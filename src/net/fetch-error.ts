import { z } from "zod";
import { TuttiError } from "../errors.ts";

const codedSchema = z.object({ code: z.string() });

/** Faults of the moment. */
const passing = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "EREFUSED",
  "ESERVFAIL",
  "ETIMEDOUT",
  "ETIMEOUT",
]);

/**
 * What Node throws, as `fetch-failed` in words. Only the host is named: paths and queries may hold secrets, and the
 * system's own messages hold addresses.
 */
export function asFetchError(thrown: unknown, host: string): TuttiError {
  if (thrown instanceof TuttiError) return thrown;
  const coded = codedSchema.safeParse(thrown);
  const code = coded.success ? coded.data.code : "";
  const options = { cause: thrown, retryable: passing.has(code) };
  return new TuttiError("fetch-failed", describe(code, host), options);
}

function describe(code: string, host: string): string {
  if (code === "HPE_HEADER_OVERFLOW") return `${host} sends a head that is too long`;
  if (code.startsWith("HPE_")) return `${host} answers with something that is not HTTP (${code})`;
  if (/^(Z_|ERR_(_?ZLIB|BROTLI|PADDING|_ERROR))/.test(code)) return `${host} sends a body that can't be decompressed`;
  if (/CERT|SELF_SIGNED|UNABLE_TO|TLS|SSL/.test(code)) return `${host} can't be trusted: its certificate (${code})`;
  if (code === "ECONNREFUSED") return `${host} refuses connections`;
  if (code === "ECONNRESET" || code === "EPIPE") return `${host} broke off the connection`;
  return `${host} can't be reached${code === "" ? "" : ` (${code})`}`;
}
