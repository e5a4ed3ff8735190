/** Codes and English names of languages. */

const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/** The shortest code of a language: ISO 639-1 where it has one (`ory` is `or`), else ISO 639-3 (`yue`). */
export function shortestCode(alpha2: string | null, alpha3: string): string {
  return alpha2 ?? new Intl.Locale(alpha3).language;
}

/** The English name of a code; `fallback` for codes that Unicode has no name for. */
export function languageName(code: string, fallback = code): string {
  return names.of(code) ?? fallback;
}
