import { TuttiError } from "../../../../src/errors.ts";
import type { HuggingFaceSettings } from "../settings.ts";

const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/**
 * What the model calls the language that is asked for; undefined where it need not be told.
 * @throws TuttiError `expert-failed`, for another expert to be asked: it would translate into some other language
 */
export function targetLanguage(
  asked: string | undefined,
  { languages, model, parameters }: Pick<HuggingFaceSettings, "languages" | "model" | "parameters">,
): string | undefined {
  const known = Object.entries(languages);
  if (asked === undefined || asked.trim() === "") {
    const [only] = known;
    return only && known.length === 1 && parameters["tgt_lang"] === undefined && only[1] !== "" ? only[1] : undefined;
  }
  const wanted = plain(asked);
  const found = known.find(([language]) => plain(language) === wanted);
  if (found) return found[1] === "" ? undefined : found[1];
  const told = known.map(([language]) => language).join(", ");
  throw new TuttiError(
    "expert-failed",
    told === ""
      ? `${model} can't be told the language: its registration has no settings.languages`
      : `${model} was registered for ${told}, not for ${asked.slice(0, 50)} (settings.languages)`,
  );
}

/** Names and codes as one: `French`, `fr`, `FR-ca` are all `french`. */
function plain(language: string): string {
  const word = language.trim().toLowerCase();
  if (!/^[a-z]{2,3}([-_][a-z]+)?$/.test(word)) return word;
  try {
    return (names.of(word.split(/[-_]/)[0] ?? word) ?? word).toLowerCase();
  } catch {
    return word;
  }
}
