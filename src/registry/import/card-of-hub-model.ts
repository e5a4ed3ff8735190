import { count, oneText, texts } from "./card-fields.ts";
import type { HubModel } from "./hub-model.ts";
import type { ModelCard } from "./model-card.ts";
import { liveOnes } from "./served-by.ts";

/** The hub tells licence and languages twice: on the card, and as tags. */
export function cardOfHubModel(model: HubModel): ModelCard {
  const { id, pipeline_tag: task, downloads, likes, library_name: library, cardData } = model;
  const tags = texts(model.tags);
  const tagged = tags.find((tag) => tag.startsWith("license:"))?.slice("license:".length);
  const mapping = model.inferenceProviderMapping;
  return {
    id,
    task,
    licence: oneText(cardData?.license) ?? tagged,
    languages: texts(cardData?.language),
    tags: tags.filter((tag) => !tag.includes(":")),
    downloads: count(downloads),
    likes: count(likes),
    description: "",
    library,
    servedFor: mapping && [...new Set(liveOnes(mapping).map((entry) => entry.task))],
  };
}
