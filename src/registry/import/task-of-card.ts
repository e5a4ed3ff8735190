import type { ModelCard } from "./model-card.ts";

/** Names that the hub gave up, and what it calls them now. */
const renamed: Readonly<Record<string, string>> = {
  conversational: "text-generation",
  "text2text-generation": "text-generation",
};

/** Tasks that the hub counts among others. What a model is about, its name and its tags say. */
const within: readonly {
  readonly task: string;
  readonly of: string;
  readonly means: RegExp;
  readonly unless?: RegExp;
}[] = [
  { task: "sentiment-analysis", of: "text-classification", means: /sentiment|\bsst-?2\b/i, unless: /emotion/i },
  { task: "language-identification", of: "text-classification", means: /language-?(detect|identif)|\blang-?id\b/i },
];

/** Tutti's name of what a model does, by the hub's. */
export function taskOfCard({ id, task, tags }: Pick<ModelCard, "id" | "task" | "tags">): string | undefined {
  if (task === undefined) return undefined;
  const words = [id, ...tags].join(" ");
  const narrower = within.find(
    ({ of, means, unless }) => of === task && means.test(words) && unless?.test(words) !== true,
  );
  return narrower?.task ?? (Object.hasOwn(renamed, task) ? renamed[task] : undefined) ?? task;
}
