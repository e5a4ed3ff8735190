/** Messages as OpenAI-compatible servers take them: text and pictures as parts, pictures as data URLs. */
import { loadSharp } from "../../builtin/vision/open-image.ts";
import type { VlmMessage, VlmPart, VlmPicture, VlmRequest } from "../backend.ts";

/** Pixels up to which a picture is sent without loss; above, PNG would be several times as large as JPEG. */
const LOSSLESS = 512 * 512;
const JPEG_QUALITY = 90;

export function chatMessages({ messages, detail }: Pick<VlmRequest, "messages" | "detail">): Promise<object[]> {
  return Promise.all(messages.map((message) => chatMessage(message, detail)));
}

async function chatMessage({ role, parts }: VlmMessage, detail: VlmRequest["detail"]): Promise<object> {
  const [only] = parts;
  // Many servers take parts from users only.
  if (parts.length === 1 && only?.type === "text") return { role, content: only.text };
  return { role, content: await Promise.all(parts.map((part) => chatPart(part, detail))) };
}

async function chatPart(part: VlmPart, detail: VlmRequest["detail"]): Promise<object> {
  if (part.type === "text") return { type: "text", text: part.text };
  return { type: "image_url", image_url: { url: await dataUrl(part.picture), detail } };
}

async function dataUrl({ rgb, width, height }: VlmPicture): Promise<string> {
  const sharp = await loadSharp();
  const image = sharp(rgb, { raw: { width, height, channels: 3 } });
  const isSmall = width * height <= LOSSLESS;
  const bytes = await (isSmall ? image.png() : image.jpeg({ quality: JPEG_QUALITY })).toBuffer();
  return `data:image/${isSmall ? "png" : "jpeg"};base64,${bytes.toString("base64")}`;
}
