/** What a vision-language model is told for each task: the files in prompts/vlm/. */
import { readPrompt } from "../../src/prompts/prompts-folder.ts";

export type VlmPrompts = Awaited<ReturnType<typeof readAll>>;

let known: Promise<VlmPrompts> | undefined;

/** Read once. @throws TuttiError `misconfigured` */
export function loadVlmPrompts(): Promise<VlmPrompts> {
  return (known ??= readAll());
}

async function readAll() {
  const [caption, question, document, classify, isThere, ground, conversation, description, reasoning, symbolic] =
    await Promise.all([
      readPrompt("vlm/caption", {}),
      readPrompt("vlm/question", { question: "text" }),
      readPrompt("vlm/document", { question: "text" }),
      readPrompt("vlm/classify", { labels: "text" }),
      readPrompt("vlm/is-there", { label: "text" }),
      readPrompt("vlm/ground", { labels: "text", unit: "text" }),
      readPrompt("vlm/conversation", { text: "text" }),
      readPrompt("vlm/detailed-description", { text: "text" }),
      readPrompt("vlm/complex-reasoning", { text: "text" }),
      readPrompt("vlm/symbolic", { pictures: "text" }),
    ]);
  return { caption, question, document, classify, isThere, ground, conversation, description, reasoning, symbolic };
}
