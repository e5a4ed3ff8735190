/** Codes that people write for others. */
const mistaken: Readonly<Record<string, string>> = { jp: "ja", vn: "vi", cn: "zh", kr: "ko", gr: "el", cz: "cs" };

/** They stand for several languages, for none, and for one that nobody knows. */
const none: ReadonlySet<string> = new Set(["mul", "zxx", "mis", "und"]);

const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/**
 * ISO 639 codes, the shortest of each, once. What is no language (`multilingual`, `code`) is left out: none at all then
 * says no more than that nobody said which.
 */
export function languageCodes(given: readonly string[]): readonly string[] {
  return [...new Set(given.flatMap((word) => codeOf(word) ?? []))];
}

function codeOf(word: string): string | undefined {
  const lower = word.trim().toLowerCase().replaceAll("_", "-");
  if (!/^[a-z]{2,3}(-[a-z0-9]+)*$/.test(lower)) return undefined;
  try {
    const { language } = new Intl.Locale(mistaken[lower] ?? lower);
    return none.has(language) || names.of(language) === undefined ? undefined : language;
  } catch {
    return undefined;
  }
}
