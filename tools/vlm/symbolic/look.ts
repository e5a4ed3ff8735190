/** Looks at a picture with what the built-in experts are made of: things, clear text, colours, and a sentence of them. */
import { summariseColours } from "../../builtin/vision/colours.ts";
import { composeCaption } from "../../builtin/vision/compose-caption.ts";
import { believe, findCandidates } from "../../builtin/vision/find-objects.ts";
import { loadVision } from "../../builtin/vision/load-vision.ts";
import { openImage } from "../../builtin/vision/open-image.ts";
import { loadOcr } from "../../builtin/vision/text/ocr-runtime.ts";
import { readText } from "../../builtin/vision/text/read-text.ts";
import type { VlmPicture } from "../backend.ts";
import type { SceneView } from "./scene-view.ts";

/** Loads the models. */
export async function openLook(): Promise<(picture: VlmPicture, signal: AbortSignal) => Promise<SceneView>> {
  const [{ sharp, human }, ocr] = await Promise.all([loadVision(), loadOcr()]);
  return async ({ file }, signal) => {
    // At full size, whatever a language model was to be sent.
    const picture = await openImage(sharp, file);
    const things = believe(await findCandidates(human, picture, signal));
    const { text: words } = await readText({ sharp, ocr }, picture, signal);
    const small = picture.edit().flatten({ background: "#ffffff" }).resize(96, 96, { fit: "inside" });
    const colours = summariseColours(await small.raw().toBuffer());
    // Its words are told apart from the sentence.
    const caption = composeCaption({ size: picture, objects: things, faces: 0, colours, text: "" });
    const { width, height } = picture;
    return { width, height, caption, things, words };
  };
}
