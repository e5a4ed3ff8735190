/** Languages as people name them, as the codes that translation models have for them. */
import { TuttiError } from "../../../../src/errors.ts";
import { languageName, shortestCode } from "../../../builtin/text/language-names.ts";

/** @throws TuttiError `bad-input` where it can't be told */
export async function identifyLanguage(text: string): Promise<string> {
  const { getLIDModel } = await import("fasttext.wasm.js");
  const identifier = await getLIDModel();
  await identifier.load();
  const [best] = await identifier.identify(text.replace(/\s+/g, " "), 1);
  if (best) return shortestCode(best.alpha2, best.alpha3);
  throw new TuttiError("bad-input", "It can't be told which language the text is in.");
}

/**
 * @param codes that the model knows: `de`, `deu_Latn`, `de_DE`
 * @param language by its code or its English name
 * @throws TuttiError `bad-input` where the model doesn't know it
 */
export function codeIn(codes: readonly string[], language: string, model: string): string {
  const wanted = language.trim().toLowerCase();
  const direct = codes.find((code) => code.toLowerCase() === wanted);
  const found = direct ?? codes.find((code) => namesOf(code).includes(wanted));
  if (found !== undefined) return found;
  throw new TuttiError("bad-input", `${model} does not know the language “${language}”.`);
}

/** Its two-letter code and its English name. */
function namesOf(code: string): readonly string[] {
  const [first = ""] = code.split(/[_-]/);
  try {
    const { language } = new Intl.Locale(first);
    return [language, languageName(language, "").toLowerCase()];
  } catch {
    return [];
  }
}
