/** Longest display name, in characters. */
const LONGEST = 120;

/**
 * The name under which an upload is shown and spoken of. Without folders (of any system), control characters and
 * those that turn the direction of writing (by which `exe.png` can be made of `gnp.exe`), and of 120 characters at
 * most, its extension kept. Never empty, and never used as a path.
 */
export function safeName(name: string): string {
  const last = name.normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const clean = last
    .replaceAll(/[\p{Cc}\p{Cs}\u061C\u200B\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
  if (/^\.*$/.test(clean)) return "file";
  const characters = Array.from(clean);
  if (characters.length <= LONGEST) return clean;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(clean)?.[0] ?? "";
  return characters.slice(0, LONGEST - extension.length).join("") + extension;
}
