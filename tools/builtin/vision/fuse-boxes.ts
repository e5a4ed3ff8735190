/**
 * Makes one list of detections out of what several views of a picture gave, by vote.
 * After Weighted Boxes Fusion (Solovyev, Wang, Gabruseva, 2021): boxes of one class that overlap become one,
 * their coordinates averaged by score. A view that should see a thing and doesn't counts as a vote of 0. Views of the
 * whole picture and of its parts vote apart, and the more favourable vote counts.
 */
import type { Detection } from "../../../src/run/value.ts";
import { intersectionOverUnion, type Box } from "./geometry.ts";
import { shouldSee, type View } from "./views.ts";

export interface ViewDetections {
  readonly view: View;
  readonly detections: readonly Detection[];
}

export interface FusedDetection extends Detection {
  /** Of the vote that counts: views that found it, and views that found it or should have. */
  readonly votes: number;
  readonly voters: number;
}

/** Overlap from which boxes of one class are taken for the same thing. */
const SAME_THING = 0.5;
/** Overlap from which boxes of different classes are taken for two names of one thing. */
const SAME_PLACE = 0.7;

interface Cluster {
  readonly label: string;
  box: Box;
  readonly votes: Map<ViewDetections, Detection>;
}

/** Best first; of classes that compete for one place only the best is kept. */
export function fuseBoxes(looks: readonly ViewDetections[]): FusedDetection[] {
  const scales = [...Map.groupBy(looks, ({ view }) => view.scale).values()];
  const fused = cluster(looks)
    .flatMap((found) => {
      const votes = scales.map((scale) => vote(found, scale)).filter(({ voters }) => voters > 0);
      return votes.toSorted((a, b) => b.score - a.score).slice(0, 1);
    })
    .toSorted((a, b) => b.score - a.score);
  const kept: FusedDetection[] = [];
  for (const candidate of fused) {
    const rival = kept.some(
      ({ label, box }) =>
        intersectionOverUnion(box, candidate.box) > (label === candidate.label ? SAME_THING : SAME_PLACE),
    );
    if (!rival) kept.push(candidate);
  }
  return kept;
}

function vote({ label, box, votes }: Cluster, looks: readonly ViewDetections[]): FusedDetection {
  const voters = looks.filter((look) => votes.has(look) || shouldSee(look.view, box));
  const scores = voters.map((look) => votes.get(look)?.score ?? 0);
  const sum = scores.reduce((total, score) => total + score, 0);
  const seen = voters.filter((look) => votes.has(look));
  return { label, box, score: sum / Math.max(1, voters.length), votes: seen.length, voters: voters.length };
}

function cluster(looks: readonly ViewDetections[]): Cluster[] {
  const clusters: Cluster[] = [];
  const bestFirst = looks
    .flatMap((look) => look.detections.map((detection) => ({ look, detection })))
    .toSorted((a, b) => b.detection.score - a.detection.score);
  for (const { look, detection } of bestFirst) {
    const home = nearest(clusters, detection);
    if (home === undefined) {
      clusters.push({ label: detection.label, box: detection.box, votes: new Map([[look, detection]]) });
    } else if (!home.votes.has(look)) {
      home.votes.set(look, detection);
      home.box = averageBox([...home.votes.values()]);
    }
  }
  return clusters;
}

function nearest(clusters: readonly Cluster[], { label, box }: Detection): Cluster | undefined {
  let best: Cluster | undefined;
  let overlap = SAME_THING;
  for (const candidate of clusters) {
    if (candidate.label !== label) continue;
    const shared = intersectionOverUnion(candidate.box, box);
    if (shared > overlap) [best, overlap] = [candidate, shared];
  }
  return best;
}

function averageBox(detections: readonly Detection[]): Box {
  const weight = detections.reduce((total, { score }) => total + score, 0);
  const average = (side: keyof Box) =>
    detections.reduce((total, { score, box }) => total + score * box[side], 0) / weight;
  return { xmin: average("xmin"), ymin: average("ymin"), xmax: average("xmax"), ymax: average("ymax") };
}
