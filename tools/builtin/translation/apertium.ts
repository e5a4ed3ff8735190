/** Apertium (Forcada et al. 2011), rule-based translation, as Debian packs it: run as a command, its languages by the pair. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { TuttiError } from "../../../src/errors.ts";

export const apertiumCommand = "apertium";
export const apertiumFix =
  "Install Apertium and the pairs of languages that you want, for instance: apt-get install apertium apertium-eng-spa";

const run = promisify(execFile);
/** Of a translation. */
const MOST_BYTES = 2 ** 20;

/** From one language into another, by its shortest code. */
export interface Pair {
  readonly from: string;
  readonly to: string;
  /** What the command calls it. */
  readonly mode: string;
}

/** The pairs that are installed; of several variants of one, the plain one. */
export async function installedPairs(): Promise<readonly Pair[]> {
  const { stdout } = await run(apertiumCommand, ["-l"]);
  return readPairs(stdout);
}

export function readPairs(listing: string): readonly Pair[] {
  const pairs = new Map<string, Pair>();
  for (const mode of listing.split(/\s+/)) {
    const [, from, to, variant] = /^([a-z]{2,3})-([a-z]{2,3})(_\w+)?$/.exec(mode) ?? [];
    if (from === undefined || to === undefined) continue;
    const pair = { from: shortest(from), to: shortest(to), mode };
    const key = `${pair.from}-${pair.to}`;
    if (variant === undefined || !pairs.has(key)) pairs.set(key, pair);
  }
  return [...pairs.values()];
}

/**
 * @param scratch a folder for the text: the command opens its input by name, which a pipe has none of
 * @throws TuttiError `expert-failed`
 */
export async function translateWith(
  { mode }: Pair,
  text: string,
  { scratch, signal }: { readonly scratch: string; readonly signal: AbortSignal },
): Promise<string> {
  const file = join(scratch, `${mode}.txt`);
  await writeFile(file, text);
  // Without marks at words that it doesn't know.
  const args = ["-u", mode, file];
  const { stdout } = await run(apertiumCommand, args, { signal, maxBuffer: MOST_BYTES }).catch((error: unknown) => {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new TuttiError("expert-failed", `apertium ${mode} failed: ${why.slice(0, 300)}`, { cause: error });
  });
  return stdout.trim();
}

function shortest(code: string): string {
  return new Intl.Locale(code).language;
}
