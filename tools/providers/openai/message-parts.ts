/** Files of a call as parts of a chat message: pictures as data URLs, recordings as base64. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import type { InputFile } from "../../define-expert.ts";
import { loadPictures } from "../../vlm/load-pictures.ts";
import { chatMessages } from "../../vlm/openai/chat-messages.ts";
import { userMessage } from "../../vlm/tasks/vlm-task.ts";
import { filesAmong } from "../values/encode-inputs.ts";
import { extensionOf } from "./recording.ts";

/** What most servers take: sides in pixels, and pixels of all pictures together. */
const limits = { pictures: 16, side: 2048, pixels: 8_000_000 };

const partsSchema = z.object({ content: z.array(z.looseObject({})) });

/**
 * Recordings, then pictures, and the words last.
 * @throws TuttiError `bad-input` for pictures that can't be decoded, or too many
 */
export async function contentOf(
  task: TaskSpec,
  inputs: Readonly<Record<string, unknown>>,
  words: string,
): Promise<string | readonly object[]> {
  const files = filesAmong(task, inputs).map(({ file }) => file);
  if (files.length === 0) return words;
  const [sounds, pictures] = [files.filter(isSound), files.filter((file) => !isSound(file))];
  const heard = await Promise.all(sounds.map(soundPart));
  if (pictures.length === 0) return [...heard, { type: "text", text: words }];
  const [message] = await chatMessages({
    messages: [userMessage(await loadPictures(pictures, limits), words)],
    detail: "high",
  });
  return [...heard, ...partsSchema.parse(message).content];
}

function isSound({ mediaType }: InputFile): boolean {
  return mediaType.startsWith("audio/");
}

async function soundPart({ path, mediaType }: InputFile): Promise<object> {
  return { type: "input_audio", input_audio: { data: await readFile(path, "base64"), format: extensionOf(mediaType) } };
}
