/** Zero-shot classification: the model chooses by name, so that there are no finer scores than 1 and 0. */
import { z } from "zod";
import { withArticle } from "../../builtin/vision/nouns.ts";
import { readLabel } from "../answers/read-label.ts";
import { readYesNo } from "../answers/read-yes-no.ts";
import { readLabels } from "../read-labels.ts";
import { fileSchema, readInputs } from "../read-inputs.ts";
import { userMessage, type AskVlm } from "./vlm-task.ts";

const inputsSchema = z.object({ image: fileSchema, labels: z.string() });
const ANSWER_TOKENS = 32;

export const askWhichLabel: AskVlm = async (inputs, { prompts, loadPictures }) => {
  const { image, labels: given } = readInputs(inputsSchema, inputs);
  const labels = readLabels(given);
  const pictures = await loadPictures([image]);
  const [label = ""] = labels;
  const isOne = labels.length === 1;
  const text = isOne
    ? prompts.isThere.render({ label: /^(?:an?|the|some|any)\s/i.test(label) ? label : withArticle(label) })
    : prompts.classify.render({ labels: listed(labels) });
  return {
    messages: [userMessage(pictures, text)],
    maxTokens: ANSWER_TOKENS,
    detail: "low",
    read: (answer) => (isOne ? isThere(label, readYesNo(answer)) : chosen(labels, readLabel(answer, labels))),
  };
};

function isThere(label: string, there: boolean) {
  return { labels: [{ label, score: there ? 1 : 0 }], text: there ? label : `no ${label}` };
}

function chosen(labels: readonly string[], best: string) {
  const others = labels.filter((label) => label !== best).map((label) => ({ label, score: 0 }));
  return { labels: [{ label: best, score: 1 }, ...others], text: best };
}

/** "red, green or blue". */
function listed(labels: readonly string[]): string {
  return `${labels.slice(0, -1).join(", ")} or ${labels.at(-1)}`;
}
