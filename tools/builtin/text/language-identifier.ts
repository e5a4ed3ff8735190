/** Which language a text is in: fastText's lid.176 (Joulin et al. 2016). */
import { shortestCode } from "./language-names.ts";

/** Languages that are asked for. */
const GUESSES = 8;

export interface LanguageGuess {
  /** ISO 639-1 where the language has such a code, else ISO 639-3. */
  readonly code: string;
  readonly name: string;
  /** 0..1 */
  readonly share: number;
}

/** Codes of one language joined, the likeliest first. */
export type LanguageIdentifier = (text: string) => Promise<readonly LanguageGuess[]>;

let shared: Promise<LanguageIdentifier> | undefined;

/** Loads the model once per process. */
export function loadIdentifier(): Promise<LanguageIdentifier> {
  return (shared ??= load());
}

async function load(): Promise<LanguageIdentifier> {
  const { getLIDModel } = await import("fasttext.wasm.js");
  const model = await getLIDModel();
  await model.load();
  return async (text) => {
    const guesses = new Map<string, LanguageGuess>();
    // The model reads one line only.
    for (const { alpha2, alpha3, refName, possibility } of await model.identify(
      text.replaceAll(/\s+/g, " "),
      GUESSES,
    )) {
      const code = shortestCode(alpha2, alpha3);
      const share = (guesses.get(code)?.share ?? 0) + possibility;
      guesses.set(code, { code, name: refName, share });
    }
    return [...guesses.values()].toSorted((a, b) => b.share - a.share);
  };
}
