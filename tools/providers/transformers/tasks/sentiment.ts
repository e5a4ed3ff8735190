/** Sentiment, under the names of the task whatever the model calls its classes. */
import { z } from "zod";
import type { TaskRunner } from "../runner.ts";
import { outputsOf, textClassification } from "./classify-text.ts";

const labelsSchema = z.object({ labels: z.array(z.object({ label: z.string(), score: z.number() })) });

const names: Readonly<Record<string, string>> = {
  pos: "positive",
  neg: "negative",
  neu: "neutral",
  "1 star": "negative",
  "2 stars": "negative",
  "3 stars": "neutral",
  "4 stars": "positive",
  "5 stars": "positive",
};

export const sentimentAnalysis: TaskRunner = {
  variant: textClassification.variant,
  async open(access) {
    const runner = await textClassification.open(access);
    const { runMany } = runner;
    return {
      ...runner,
      run: async (inputs, context) => renamed(await runner.run(inputs, context)),
      ...(runMany && {
        runMany: async (inputs, contexts) =>
          (await runMany(inputs, contexts)).map((made) => (made instanceof Error ? made : renamed(made))),
      }),
    };
  },
};

/** Classes that mean one thing are added up. */
function renamed(outputs: Readonly<Record<string, unknown>>) {
  const sums = new Map<string, number>();
  for (const { label, score } of labelsSchema.parse(outputs).labels) {
    const plain = label.toLowerCase();
    const name = names[plain] ?? plain;
    sums.set(name, (sums.get(name) ?? 0) + score);
  }
  const { labels } = labelsSchema.parse(outputsOf([...sums].map(([label, score]) => ({ label, score }))));
  const [best] = labels;
  return { labels, text: best ? `${best.label} (${Math.round(best.score * 100)} %)` : "nothing" };
}
