/** A sceptic would say: in a batch a text gets another text's vector, or a vector that it would not get alone. */
import { expect, it } from "vitest";
import { featureExtractionExpert as expert } from "../../../../tools/builtin/feature-extraction.ts";

const texts = [
  "The cat sleeps on the sofa.",
  "Interest rates rose again this quarter.",
  "A kitten is dozing on the couch, and nobody dares to sit down.",
  "The cat sleeps on the sofa.",
  "Rain. ".repeat(120),
];

const context = { signal: new AbortController().signal, scratch: "/nowhere" };

function vectorOf(output: Readonly<Record<string, unknown>> | Error | undefined): readonly number[] {
  if (!output || output instanceof Error) throw new Error(`no output: ${String(output)}`);
  return (output["embedding"] as { readonly vector: readonly number[] }).vector;
}

it("a batch gives each text the vector that it gets alone, and refuses the bad ones alone", async () => {
  const model = await expert.load();
  const mixed = [...texts.slice(0, 2), "   ", ...texts.slice(2), "Привет, мир"].map((text) => ({ text }));
  const contexts = mixed.map(() => context);
  const outputs = (await expert.runBatch?.(model, mixed, contexts, context.signal)) ?? [];
  const refused = outputs.map((output) => output instanceof Error);
  expect(refused).toEqual([false, false, true, false, false, false, true]);
  for (const bad of [2, 6]) expect(outputs[bad]).toMatchObject({ code: "bad-input" });
  const good = outputs.filter((output) => !(output instanceof Error));
  for (const [index, text] of texts.entries()) {
    const alone = vectorOf(await expert.run(model, { text }, context));
    const together = vectorOf(good[index]);
    expect(alone).toHaveLength(512);
    expect(Math.max(...alone.map((value, at) => Math.abs(value - (together[at] ?? NaN))))).toBeLessThan(1e-5);
  }
});
