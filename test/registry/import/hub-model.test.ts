/** Is what the hub says of a model understood in each of its shapes, also where it says too little or something odd? */
import { describe, expect, it } from "vitest";
import { cardOfHubModel } from "../../../src/registry/import/card-of-hub-model.ts";
import { hubModelSchema } from "../../../src/registry/import/hub-model.ts";
import { registrationOfCard } from "../../../src/registry/import/registration-of-card.ts";
import { huggingfaceTasks } from "../../../tools/providers/huggingface/index.ts";

const context = { tasks: huggingfaceTasks, callable: huggingfaceTasks };
const read = (told: unknown) => registrationOfCard(cardOfHubModel(hubModelSchema.parse(told)), context).registration;

const model = {
  _id: "x",
  id: "acme/pictures",
  pipeline_tag: "image-to-text",
  library_name: "transformers",
  downloads: 999,
  likes: 9,
  tags: ["transformers", "image-to-text", "license:mit", "region:us"],
  gated: false,
};
const entry = { providerId: "x", status: "live", task: "image-to-text" };

describe("a model of the hub", () => {
  it("has its licence and languages on its card, or among its tags", () => {
    const cardData = { license: "apache-2.0", language: ["en", "no"] };
    expect(read({ ...model, cardData })).toMatchObject({ licence: { code: "apache-2.0" }, languages: ["en", "no"] });
    expect(read(model)).toMatchObject({
      licence: { code: "mit" },
      quality: expect.stringContaining("made with transformers"),
    });
    expect(read({ id: "a/b", pipeline_tag: "summarization" })).toMatchObject({
      licence: { code: "not told" },
      merit: 0.3,
    });
  });

  it("is asked by chatting where those who run it run it so", () => {
    const chats = { ...entry, task: "conversational" };
    expect(read({ ...model, inferenceProviderMapping: { together: chats } })?.settings["api"]).toBe("chat");
    expect(
      read({ ...model, inferenceProviderMapping: [{ ...entry, provider: "hf-inference" }] })?.settings,
    ).not.toHaveProperty("api");
    const completes = { ...entry, task: "text-generation" };
    const writer = { ...model, pipeline_tag: "text-generation" };
    expect(read({ ...writer, inferenceProviderMapping: { together: completes } })?.settings["api"]).toBe("task");
    expect(read({ ...writer, inferenceProviderMapping: {} })?.settings).not.toHaveProperty("api");
  });

  it("is run by those whose status is live", () => {
    const servedFor = (inferenceProviderMapping: unknown) =>
      cardOfHubModel(hubModelSchema.parse({ ...model, inferenceProviderMapping })).servedFor;
    expect(servedFor({ a: entry, b: { ...entry, status: "staging", task: "x" } })).toEqual(["image-to-text"]);
    expect(servedFor([])).toEqual([]);
    expect(servedFor(undefined)).toBeUndefined();
  });

  it.each([
    { ...model, downloads: "many", likes: null, tags: "x", cardData: [], gated: "manual" },
    { ...model, cardData: { license: { a: 1 }, language: 3 }, inferenceProviderMapping: "?" },
  ])("with odd fields counts as one that does not tell them", (told) => {
    expect(read(told)).toMatchObject({ id: "huggingface/acme/pictures", task: "image-to-text" });
  });
});
