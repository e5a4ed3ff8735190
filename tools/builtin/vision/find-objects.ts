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
 * Thresholds, measured on 25 pictures of all kinds: the best box of a class that is there scored 0.47 or more; of one
 * that isn't 0.43 or less (but for a ring of lamps that looks like a clock, 0.64). More things of a class that was
 * found once are believed sooner (two thresholds as in Canny's edges, 1986), since things come in groups.
 */
const SURE = 0.38;
const LIKELY = 0.3;
/** For what only one view could have seen, so that nothing could outvote it. */
const SURE_ALONE = 0.5;

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

/** Those that are believed. */
export function believe(candidates: readonly FusedDetection[]): FusedDetection[] {
  const present = new Set(candidates.filter(isSure).map(({ label }) => label));
  return candidates.filter(
    (candidate) =>
      isSure(candidate) || (present.has(candidate.label) && candidate.voters > 1 && candidate.score >= LIKELY),
  );
}

function isSure({ score, voters }: FusedDetection): boolean {
  return score >= (voters > 1 ? SURE : SURE_ALONE);
}
