/** What a model is told for each task that it does in a chat; of others, what the task says of itself. */
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { READING } from "./choose-api.ts";
import { inputsInWords, templateFor, wordsOf, type FillTemplate } from "./template.ts";

/** What is answered where a picture holds no text: an empty answer can't be told from none. */
export const NO_TEXT = "[no text]";

interface TaskPrompt {
  readonly text: string;
  /** Where an optional input is not given. */
  readonly defaults?: Readonly<Record<string, string>>;
}

const prompts: Readonly<Record<string, TaskPrompt>> = {
  "text-generation": { text: "{{text}}" },
  summarization: {
    text: "Summarise the text below in a few sentences, in the language in which it is written. Answer with the summary and nothing else.\n\n{{text}}",
  },
  translation: {
    text: "Translate the text below into {{language}}. Answer with the translation and nothing else.\n\n{{text}}",
    defaults: { language: "English" },
  },
  "question-answering": {
    text: 'Answer the question from the text below, as briefly as you can. If the text does not say it, answer "not stated".\n\nText:\n{{context}}\n\nQuestion: {{question}}',
  },
  "zero-shot-classification": {
    text: "How well does each of these categories fit the text below: {{labels}}? Judge each of them in percent.\n\nText:\n{{text}}",
  },
  "sentiment-analysis": {
    text: "How positive, how negative and how neutral is the tone of the text below? Judge each of them in percent.\n\nText:\n{{text}}",
  },
  "automatic-speech-recognition": {
    text: "Write down what is said in the recording, word for word, and nothing else.",
  },
  [READING]: {
    text: `Write down all text that can be read in the picture, line by line in reading order, and nothing else. If there is none, answer ${NO_TEXT}`,
  },
};

/** @param given the settings' own. @throws TuttiError `bad-input` where that doesn't fit the task */
export function promptFor(task: TaskSpec, given?: string): FillTemplate {
  if (given !== undefined) return templateFor(task, given);
  const known = Object.hasOwn(prompts, task.id) ? prompts[task.id] : undefined;
  return known ? templateFor(task, known.text, known.defaults) : describedTask(task);
}

/** Not a template: an admin's descriptions may hold anything. */
function describedTask(task: TaskSpec): FillTemplate {
  return (inputs) => {
    const given = inputsInWords(task).flatMap((name) => {
      const words = wordsOf(task, inputs, name);
      return words === undefined ? [] : [`${name} (${task.inputs[name]?.description ?? ""}):\n${words}`];
    });
    const wanted = Object.entries(task.outputs).map(([name, { description }]) => `${name}: ${description}`);
    return [task.description, ...given, `Answer with this and nothing else:\n${wanted.join("\n")}`].join("\n\n");
  };
}
