/** Quotes what is not ours for a prompt: one line, one string, that nothing inside it can close. */

/** JSON leaves these as they are, but readers of lines and chat templates (`<|im_end|>`, `[INST]`) don't. */
const special = /[<>\u007f-\u009f\u2028\u2029\ufeff]|\[(?=\/?INST\])/g;

export function quoteData(text: string): string {
  return escapeSpecial(JSON.stringify(text));
}

/** The same for JSON that is already written; its strings keep their meaning. */
export function escapeSpecial(json: string): string {
  return json.replaceAll(special, (one) => String.raw`\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Keeps both ends of a long text, and says how much is left out. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.ceil(most * 0.7);
  const tail = most - head;
  return `${text.slice(0, head)} [... ${text.length - most} characters ...] ${text.slice(text.length - tail)}`;
}
