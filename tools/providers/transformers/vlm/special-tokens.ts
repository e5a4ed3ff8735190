/** Words of a request must stay words: `<image>` or `<|im_end|>` in them would be read as what they are to the model. */
import type { PreTrainedTokenizer } from "@huggingface/transformers";

/** The longest first, since one may hold another. */
export function specialTokens({
  _tokenizer: inner,
  all_special_tokens: known,
}: PreTrainedTokenizer): readonly string[] {
  const added = [...inner.get_added_tokens_decoder().values()].map(({ content }) => content);
  const all = new Set([...known, ...added]);
  return [...all].filter((token) => token.trim().length > 1).toSorted((a, b) => b.length - a.length);
}

/** The same text with a space in each of them. */
export function defuse(text: string, special: readonly string[]): string {
  let safe = text;
  for (let found = firstIn(safe, special); found !== undefined; found = firstIn(safe, special)) {
    const [first = ""] = found;
    safe = safe.replaceAll(found, `${first} ${found.slice(first.length)}`);
  }
  return safe;
}

function firstIn(text: string, special: readonly string[]): string | undefined {
  return special.find((token) => text.includes(token));
}
