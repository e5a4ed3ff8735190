/** Finds the things of the 80 COCO classes in a picture. */
import { fuseBoxes, type FusedDetection } from "./fuse-boxes.ts";
import type { HumanRuntime } from "./human-runtime.ts";
import { lookAt } from "./look.ts";
import type { Picture } from "./open-image.ts";
import { partViews, wholeViews } from "./views.ts";

/** Longer side from which a picture is also looked at in parts, as small things vanish when it is scaled down. */
const LARGE = 1000;
const PART = 0.62;

/**
 * Thresholds, measured on 26 pictures of all kinds and some collages of them: the best box of a class that is there
 * scored 0.38 or more, mostly above 0.5; of one that isn't 0.37 or less (but for a retina taken for an umbrella, 0.43,
 * and a ring of lamps taken for a clock, 0.64). More things of a class that was found once are believed sooner (two
 * thresholds as in Canny's edges, 1986), since things come in groups.
 */
const SURE = { together: 0.38, alone: 0.5 };
const LIKELY = { together: 0.3, alone: 0.4 };

/** Detections over all views, best first, weak ones included. */
export async function findCandidates(
  human: HumanRuntime,
  picture: Picture,
  signal: AbortSignal,
): Promise<FusedDetection[]> {
  const large = Math.max(picture.width, picture.height) >= LARGE;
  const views = [...wholeViews(picture), ...(large ? partViews(picture, PART) : [])];
  return fuseBoxes(await lookAt(picture, views, human.detectObjects, signal));
}

/** Those that are believed. What only one view could see needs more, as nothing could outvote it. */
export function believe(candidates: readonly FusedDetection[]): FusedDetection[] {
  const sure = candidates.filter((candidate) => reaches(candidate, SURE));
  const present = new Set(sure.map(({ label }) => label));
  return candidates.filter((candidate) => present.has(candidate.label) && reaches(candidate, LIKELY));
}

function reaches({ score, voters }: FusedDetection, { together, alone }: typeof SURE): boolean {
  return score >= (voters > 1 ? together : alone);
}
