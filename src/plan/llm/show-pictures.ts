/** What a language model that sees is shown of a request: its latest pictures, small, each after its handle. */
import { TuttiError } from "../../errors.ts";
import type { LanguageModel, ModelPart } from "../../ports/language-model.ts";
import type { PlanInput } from "../../ports/planner.ts";
import type { PlanPrompts } from "./load-prompts.ts";

const MOST_PICTURES = 4;

/** Tokens of a picture, about: of 512 x 512 pixels, providers and open models count from 255 to 765. */
const PICTURE_TOKENS = 600;
/** Of what a model can read, the part that pictures may take. */
const SHARE = 0.15;

export interface ShownPictures {
  /** Empty where there is nothing to show; else the rules about pictures come first. */
  readonly parts: readonly ModelPart[];
  /** One for each picture that could not be shown. */
  readonly notes: readonly string[];
}

/** @throws what is no fault of a picture, and on abort */
export async function showPictures(
  prompts: PlanPrompts,
  { assets, picture }: PlanInput,
  { seesImages, contextTokens = Number.POSITIVE_INFINITY }: LanguageModel,
  signal: AbortSignal,
): Promise<ShownPictures> {
  if (!seesImages || !picture) return { parts: [], notes: [] };
  const most = Math.min(MOST_PICTURES, Math.floor((contextTokens * SHARE) / PICTURE_TOKENS));
  const pictures = assets.filter(({ type }) => type === "image").toReversed();
  const parts: ModelPart[] = [];
  const notes: string[] = [];
  // One by one: decoded, each may take as much memory as all other things here together.
  for (const { asset, handle, name } of pictures.slice(0, most)) {
    try {
      const shown = await picture(asset, signal);
      parts.push({ type: "text", text: `<${handle}>:` }, { type: "image", asset, ...shown });
    } catch (error) {
      if (signal.aborted || !(error instanceof TuttiError)) throw error;
      notes.push(`The language model was not shown ${name ?? handle}: ${error.message}.`);
    }
  }
  return { parts: parts.length === 0 ? [] : [{ type: "text", text: prompts.pictures.render({}) }, ...parts], notes };
}
