/** Is every default model one that its task can be done with, said to be what it is, and better than what is built in? */
import { expect, it } from "vitest";
import { builtinExperts } from "../../../../tools/builtin/index.ts";
import { defaultRegistrations } from "../../../../tools/providers/transformers/defaults.ts";
import { transformersProvider } from "../../../../tools/providers/transformers/index.ts";
import { setupFor } from "./call-provider.ts";

const registrations = defaultRegistrations();

it.each(registrations.map((one) => [one.id, one] as const))("%s", (_, registration) => {
  const { task, settings, licence, merit, limits, quality } = registration;
  if (typeof task !== "string") throw new Error("it brings a task of its own");
  const parsed = transformersProvider.settings.parse(settings);
  expect(() => transformersProvider.connect({ ...setupFor(task, settings), settings: parsed })).not.toThrow();
  expect(licence?.weights).toMatch(/^(?:Apache-2\.0|MIT|BSD-3-Clause)$/);
  expect(quality).toBeTruthy();
  expect(limits.memoryMiB).toBeGreaterThan(0);
  const composed = builtinExperts.filter(({ card }) => card.task === task).map(({ card }) => card.merit);
  const others = registrations.filter((one) => one.task === task && one.merit > merit);
  // One of a task that is for something else may rank below.
  if (others.length === 0) for (const known of composed) expect(merit).toBeGreaterThan(known);
});

it("none has the id of another", () => {
  expect(new Set(registrations.map(({ id }) => id)).size).toBe(registrations.length);
});

it("there is one for each task that the issue names", () => {
  const tasks = new Set(registrations.map(({ task }) => task));
  for (const task of [
    "automatic-speech-recognition",
    "image-to-text",
    "visual-question-answering",
    "image-text-to-text",
    "zero-shot-image-classification",
    "image-feature-extraction",
    "zero-shot-audio-classification",
    "object-detection",
    "depth-estimation",
    "image-segmentation",
    "translation",
    "token-classification",
    "summarization",
    "text-generation",
    "feature-extraction",
  ]) {
    expect(tasks).toContain(task);
  }
});
