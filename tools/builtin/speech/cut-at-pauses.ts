/** Cutting a long recording where nobody speaks. Pure. */

/** A piece is at least this long and at most {@link LONGEST}, seconds. */
const SHORTEST = 8;
const LONGEST = 20;
/** A pause is looked for as the quietest stretch of this length, seconds. */
const PAUSE = 0.25;

/** Pieces that together are the whole recording; a recording of up to 20 s is one piece. */
export function cutAtPauses(samples: Float32Array, sampleRate: number): Float32Array[] {
  const pieces: Float32Array[] = [];
  let rest = samples;
  while (rest.length > LONGEST * sampleRate) {
    const cut = quietestPlace(rest.subarray(0, LONGEST * sampleRate), SHORTEST * sampleRate, PAUSE * sampleRate);
    pieces.push(rest.subarray(0, cut));
    rest = rest.subarray(cut);
  }
  return [...pieces, rest];
}

/** The middle of the stretch with the least energy that starts at `from` or later. */
function quietestPlace(samples: Float32Array, from: number, length: number): number {
  const stretch = Math.floor(length);
  let energy = 0;
  for (let index = from; index < from + stretch; index += 1) energy += (samples[index] ?? 0) ** 2;
  let least = energy;
  let place = from;
  for (let start = from + 1; start + stretch <= samples.length; start += 1) {
    energy += (samples[start + stretch - 1] ?? 0) ** 2 - (samples[start - 1] ?? 0) ** 2;
    if (energy < least) [least, place] = [energy, start];
  }
  return place + Math.floor(stretch / 2);
}
