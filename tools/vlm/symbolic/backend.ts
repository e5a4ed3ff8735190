/**
 * A language model without eyes in place of one with them: it reads what other programs found in the pictures. Whatever
 * they missed, it can't know; so an expert that works this way says so, in its card.
 */
import { TuttiError } from "../../../src/errors.ts";
import type { VlmBackend, VlmLimits, VlmMessage, VlmPart, VlmPicture, VlmRequest } from "../backend.ts";
import type { VlmPrompts } from "../prompts.ts";
import { renderScenes, type SceneView } from "./scene-view.ts";

/** For titles and descriptions of models. */
export const SYMBOLIC_LABEL = "symbolic view: reads what programs found in the picture, does not see it";

export interface SymbolicOptions {
  /** Reads text only. */
  readonly reader: Pick<VlmBackend, "generate" | "close">;
  /** @throws TuttiError `bad-input` for a picture that can't be read */
  readonly look: (picture: VlmPicture, signal: AbortSignal) => Promise<SceneView>;
  readonly prompt: VlmPrompts["symbolic"];
  readonly limits?: Partial<VlmLimits> | undefined;
}

/** Large, since the programs that look take pictures as they are. */
const defaultLimits: VlmLimits = { pictures: 8, side: 4096, pixels: 64_000_000 };

export function createSymbolicVlm({ reader, look, prompt, limits }: SymbolicOptions): VlmBackend {
  return {
    limits: { ...defaultLimits, ...limits },
    generate: (request) => generate(request, { reader, look, prompt }),
    ...(reader.close && { close: reader.close }),
  };
}

async function* generate(
  request: VlmRequest,
  { reader, look, prompt }: Pick<SymbolicOptions, "reader" | "look" | "prompt">,
): AsyncGenerator<string> {
  const { messages, signal } = request;
  const views: SceneView[] = [];
  for (const picture of picturesIn(messages)) {
    if (signal.aborted) throw new TuttiError("canceled", "the step was canceled");
    views.push(await look(picture, signal));
  }
  const system: VlmMessage = {
    role: "system",
    parts: [{ type: "text", text: prompt.render({ pictures: renderScenes(views) }) }],
  };
  yield* reader.generate({ ...request, messages: [system, ...withoutPictures(messages)] });
}

function picturesIn(messages: readonly VlmMessage[]): readonly VlmPicture[] {
  return messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === "image" ? [part.picture] : [])));
}

/** Where a picture stood, its number stands. */
function withoutPictures(messages: readonly VlmMessage[]): readonly VlmMessage[] {
  let count = 0;
  return messages.map(({ role, parts }) => {
    const texts = parts.map((part: VlmPart) => (part.type === "text" ? part.text : `[picture ${++count}]`));
    return { role, parts: [{ type: "text", text: texts.join("\n") }] };
  });
}
