/** Characters: enough to tell models apart; it goes into prompts. */
const LONGEST = 400;

const patterns: readonly (readonly [RegExp, string])[] = [
  [/^---\n[\s\S]*?\n---\n/, " "],
  [/```[\s\S]*?(```|$)/g, " "],
  [/<!--[\s\S]*?(-->|$)/g, " "],
  [/<(script|style)\b[\s\S]*?(<\/\1>|$)/gi, " "],
  // Tables, rules and headings.
  [/^\s*\|.*$/gm, " "],
  [/^\s*([-*_]\s*){3,}$/gm, " "],
  [/^\s*#{1,6}\s.*$/gm, " "],
  // Contents.
  [/^\s*[-*+]\s*\[[^\]]*\]\(#[^)]*\)?\s*$/gm, " "],
  [/!\[[^\]]*\]\([^)]*\)/g, " "],
  [/\[([^\]]*)\]\([^)]*(\)|$)/g, "$1"],
  [/\[([^\]]*)$/g, "$1"],
  [/<[^>]*>/g, " "],
  [/https?:\/\/\S+/g, " "],
  [/^\s*([-*+]|\d+[.)])\s+/gm, " "],
  [/[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}/g, ""],
  [/[\p{Cc}\p{Cf}\p{Co}\s]+/gu, " "],
];

/** The prose of a model card in one line, without markup, to the end of a sentence where there is one. */
export function plainDescription(markdown: string): string {
  const plain = patterns
    .reduce(
      (text, [pattern, replacement]) => text.replace(pattern, replacement),
      markdown.toWellFormed().slice(0, 4000),
    )
    .trim();
  if (plain.length <= LONGEST) return plain;
  const cut = plain.slice(0, LONGEST);
  const end = Math.max(cut.lastIndexOf(". "), cut.lastIndexOf("! "), cut.lastIndexOf("? "));
  return end > LONGEST / 3 ? cut.slice(0, end + 1) : `${cut.slice(0, cut.lastIndexOf(" ")).toWellFormed()}…`;
}
