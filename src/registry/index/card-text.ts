/** What of a card says what it is for: its words with their weight, and the text that is embedded. */
import type { ExpertCard } from "../expert-card.ts";
import { tokensOf } from "./tokens.ts";

export type IndexedCard = Pick<
  ExpertCard,
  "id" | "version" | "task" | "title" | "description" | "examples" | "languages" | "merit"
>;

/** Many languages say as much as none, and would be most of its words. */
const MOST_LANGUAGES = 10;
/** Characters: an encoder takes as long as a text is. */
const LONGEST_EMBEDDED = 300;

const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/** How often each word stands on a card, what is short and chosen more than what is long (BM25F: Robertson et al., 2004). */
export function wordsOf({
  title,
  task,
  description = "",
  examples = [],
  languages = [],
}: IndexedCard): Map<string, number> {
  const fields: readonly (readonly [text: string, weight: number])[] = [
    [title, 3],
    [task, 2],
    [examples.join(" "), 2],
    [languages.length > MOST_LANGUAGES ? "" : languages.map(nameOf).join(" "), 2],
    [description, 1],
  ];
  const counts = new Map<string, number>();
  for (const [text, weight] of fields) {
    for (const word of tokensOf(text)) counts.set(word, (counts.get(word) ?? 0) + weight);
  }
  return counts;
}

/** Cut after a word. */
export function embeddedText({ title, task, description = "", examples = [] }: IndexedCard): string {
  const text = [`${title} (${task.replaceAll("-", " ")})`, ...examples, description]
    .filter((part) => part !== "")
    .join(". ");
  return text.length <= LONGEST_EMBEDDED ? text : text.slice(0, text.lastIndexOf(" ", LONGEST_EMBEDDED)).toWellFormed();
}

function nameOf(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
