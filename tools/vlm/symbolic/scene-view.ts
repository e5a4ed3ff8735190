/** What programs found in a picture, as a language model reads it that sees nothing (as LLaVA's data engine does). */
import { escapeSpecial } from "../../../src/prompts/quote-data.ts";
import type { Detection } from "../../../src/run/value.ts";

/** Boxes in pixels of the picture. */
export interface SceneView {
  readonly width: number;
  readonly height: number;
  readonly caption?: string | undefined;
  readonly things: readonly Detection[];
  /** In reading order. */
  readonly words?: string | undefined;
}

/** Things beyond these are left out, the least certain first; so is what follows so many characters of text. */
const MAX_THINGS = 60;
const MAX_WORDS = 4000;

/**
 * One line of JSON for each picture. A box is `[left, top, right, bottom]` in fractions of the picture's sides, as LLaVA
 * gives them: nobody can reason about pixels of a picture of unknown size.
 */
export function renderScenes(views: readonly SceneView[]): string {
  return views.map((view, at) => `Picture ${at + 1}: ${escapeSpecial(JSON.stringify(sceneOf(view)))}`).join("\n");
}

function sceneOf({ width, height, caption, things, words }: SceneView): object {
  const kept = things.toSorted((a, b) => b.score - a.score).slice(0, MAX_THINGS);
  return {
    ...(caption !== undefined && { caption }),
    things: kept.map(({ label, score, box: { xmin, ymin, xmax, ymax } }) => ({
      label,
      score: rounded(score),
      box: [xmin / width, ymin / height, xmax / width, ymax / height].map(rounded),
    })),
    ...(kept.length < things.length && { thingsLeftOut: things.length - kept.length }),
    ...(words !== undefined && words !== "" && { words: words.slice(0, MAX_WORDS) }),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
