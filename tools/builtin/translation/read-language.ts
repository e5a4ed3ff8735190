/** The language that somebody names: "French", "fr", "fra", "français". Pure. */

const english = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/** The one of `codes` that is meant; undefined where none is. */
export function readLanguage(named: string, codes: Iterable<string>): string | undefined {
  const wanted = plain(named);
  return [...new Set(codes)].find((code) => namesOf(code).includes(wanted));
}

/** In lower case: its English name and its own, and its codes. */
function namesOf(code: string): readonly string[] {
  const own = new Intl.DisplayNames([code], { type: "language", fallback: "none" });
  const names = [english.of(code), own.of(code), code];
  // "Norwegian Bokmål", too, is asked for as Norwegian.
  const first = english.of(code)?.split(" ")[0];
  return [...names, first].flatMap((name) => (name === undefined ? [] : [plain(name)]));
}

function plain(text: string): string {
  const words = text.trim().toLowerCase();
  // Three letters are a code only where Unicode knows it as one.
  return /^[a-z]{3}$/.test(words) ? new Intl.Locale(words).language : words;
}
