/** What every request of an expert carries. */
import { TuttiError } from "../../../src/errors.ts";

/** They follow from the body and the connection. */
const ours = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** Settings are shown to whoever may see the expert. */
const secretOnes = new Set(["authorization", "cookie", "x-api-key", "api-key"]);

/**
 * The settings' headers, and each secret under its name, as it is.
 * @throws TuttiError `bad-input`, naming the header but never its value
 */
export function headersOf(
  open: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): Record<string, string> {
  const headers = new Map<string, string>();
  for (const name of Object.keys(open)) {
    if (!secretOnes.has(name.toLowerCase())) continue;
    throw new TuttiError("bad-input", `settings.headers are shown: move ${name} to secrets`);
  }
  for (const [name, value] of [...Object.entries(open), ...Object.entries(secrets)]) {
    const key = name.toLowerCase();
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw fault(name, "is no name of a header");
    if (ours.has(key)) throw fault(name, "is set by Tutti itself");
    if (headers.has(key)) throw fault(name, "is given twice");
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw fault(name, "has a value that no header can have: a line break?");
    headers.set(key, value);
  }
  return Object.fromEntries(headers);
}

function fault(name: string, what: string): TuttiError {
  return new TuttiError("bad-input", `the header ${JSON.stringify(name.slice(0, 100))} ${what}`);
}
