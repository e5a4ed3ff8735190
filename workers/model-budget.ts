/** How much memory the processes with models take, and which of them have to go so that another model fits. Pure. */

const MIB = 2 ** 20;

export interface ModelMemory {
  /** As its card declares it. */
  readonly memoryMiB: number;
  /** It has answered, so that what was measured of its process includes it. */
  readonly measured: boolean;
}

/**
 * MiB that a process takes or is about to take: what was measured, and what the models that are being loaded declare.
 * What the others declare is not added up: models of one process may share weights, which would count several times.
 * @param rss resident memory, bytes; 0 as long as nothing was measured
 */
export function processMiB(rss: number, models: Iterable<ModelMemory>): number {
  let least = rss / MIB;
  let coming = 0;
  for (const { memoryMiB, measured } of models) {
    if (measured) least = Math.max(least, memoryMiB);
    else coming += memoryMiB;
  }
  return least + coming;
}

/** Whoever holds memory. */
export interface Holder {
  readonly mib: number;
  /** Only idle ones can be let go. */
  readonly idle: boolean;
  /** Any number that grows with every use. */
  readonly lastUsed: number;
}

/**
 * Chooses the holders to let go, least recently used first, until the need fits into the limit. One that doesn't even
 * fit alone is given everything, once all are idle: it shall rather be tried than never run.
 * @returns undefined where the room can't be made now
 */
export function makeRoom<H extends Holder>(
  holders: readonly H[],
  needMiB: number,
  limitMiB: number,
): readonly H[] | undefined {
  const idle = holders.filter((holder) => holder.idle).toSorted((a, b) => a.lastUsed - b.lastUsed);
  let used = holders.reduce((sum, { mib }) => sum + mib, needMiB);
  const chosen: H[] = [];
  for (const holder of idle) {
    if (used <= limitMiB) break;
    chosen.push(holder);
    used -= holder.mib;
  }
  return used <= limitMiB || chosen.length === holders.length ? chosen : undefined;
}
