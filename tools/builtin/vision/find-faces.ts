/** Finds faces of people. */
import type { Detection } from "../../../src/run/value.ts";
import { animals } from "./coco-classes.ts";
import { intersectionOverUnion, shareInside } from "./geometry.ts";
import type { FaceCandidate, HumanRuntime } from "./human-runtime.ts";
import { lookAt } from "./look.ts";
import type { Picture } from "./open-image.ts";
import { partViews, wholeViews, type View } from "./views.ts";

/** What each of the two face models must reach. */
const DETECTOR_SURE = 0.3;
const MESH_SURE = 0.75;
/** Score from which a person, who needs not be certain, vouches for a face. */
const PERSON_LIKELY = 0.2;
const SAME_FACE = 0.3;

/** Sides of the parts, as shares of the longer side. */
const PARTS = [0.6, 0.4];
/** Pixels of the longer side of the smallest part worth looking at: below, a hand is as good as a face. */
const SMALLEST_PART = 200;

/**
 * The face models look at parts of three sizes, as they see only large faces, and believe in faces of animals,
 * pagodas and masts; a face counts only where the object detector sees a person, and no better animal.
 * @param objects what the object detector found in the same picture, weak ones included
 */
export async function findFaces(
  human: HumanRuntime,
  picture: Picture,
  objects: readonly Detection[],
  signal: AbortSignal,
): Promise<Detection[]> {
  const views = [...wholeViews(picture), ...PARTS.flatMap((share) => closeUps(picture, share))];
  const looks = await lookAt(picture, views, human.detectFaces, signal);
  const candidates = looks
    .flatMap(({ detections }) => detections)
    .filter(({ detectorScore, meshScore }) => detectorScore >= DETECTOR_SURE && meshScore >= MESH_SURE)
    .filter(({ box }) => belongsToPerson(box, objects))
    .toSorted((a, b) => b.score - a.score);
  return dropDuplicates(candidates).map(({ label, score, box }) => ({ label, score, box }));
}

function closeUps(picture: Picture, share: number): View[] {
  return Math.max(picture.width, picture.height) * share >= SMALLEST_PART ? partViews(picture, share) : [];
}

function belongsToPerson(face: Detection["box"], objects: readonly Detection[]): boolean {
  const around = objects.filter(({ box }) => shareInside(face, box) > 0.6);
  const person = around.find(({ label, score }) => label === "person" && score >= PERSON_LIKELY);
  const animal = around.find(({ label }) => animals.has(label));
  return person !== undefined && (animal === undefined || person.score > animal.score);
}

function dropDuplicates(bestFirst: readonly FaceCandidate[]): FaceCandidate[] {
  const kept: FaceCandidate[] = [];
  for (const candidate of bestFirst) {
    const known = kept.some(
      ({ box }) => intersectionOverUnion(box, candidate.box) > SAME_FACE || shareInside(candidate.box, box) > 0.7,
    );
    if (!known) kept.push(candidate);
  }
  return kept;
}
