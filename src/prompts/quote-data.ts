/** Quotes what is not ours for a prompt: one line, one string, that nothing inside it can close. */

/**
 * JSON leaves these as they are, but others don't: chat templates (`<|im_end|>`, `[INST]`), readers of lines, tokenizers
 * that make compatible characters one (U+FF02 becomes a quotation mark) or drop what nobody sees. Joiners stay between the
 * letters that need them.
 */
const special = new RegExp(
  [
    String.raw`[<>\u007f-\u009f\u2028\u2029\ufe47\ufe64\ufe65\ufe68\uff02\uff1c\uff1e\uff3b\uff3c]`,
    String.raw`(?![\u200c\u200d])\p{Cf}`,
    String.raw`(?<!\P{ASCII})[\u200c\u200d]|[\u200c\u200d](?!\P{ASCII})`,
    String.raw`\[(?=/|\P{ASCII}|[A-Z](?:[A-Z_]|\P{ASCII}))`,
  ].join("|"),
  "gu",
);

export function quoteData(text: string): string {
  return escapeSpecial(JSON.stringify(text));
}

/** The same for JSON that is already written; its strings keep their meaning. */
export function escapeSpecial(json: string): string {
  return json.replaceAll(special, (found) => found.split("").map(escapeUnit).join(""));
}

function escapeUnit(unit: string): string {
  return String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Keeps both ends of a long text, and says how much is left out. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.ceil(most * 0.7);
  const tail = most - head;
  return `${text.slice(0, head)} [... ${text.length - most} characters ...] ${text.slice(text.length - tail)}`;
}
