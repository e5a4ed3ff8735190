/** The places of experts, and the lines before them, of a single process. */
import type { Capacity } from "../../ports/capacity.ts";
import { Heap, type HeapItem } from "./job-queue-heap.ts";

export interface InProcessCapacityOptions {
  /** The clock, epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

interface Entry extends HeapItem {
  readonly jobId: string;
  readonly expert: string;
  /** When it took what it has, epoch milliseconds. */
  since: number;
  /** Whether it has a place; else it is in the line. */
  hasPlace: boolean;
}

/** What is known of an expert while it has jobs. */
interface Places {
  taken: number;
  readonly line: Heap<Entry>;
}

/** Admits in O(log n). What it holds ends with the process, as the jobs do. */
export function createInProcessCapacity({ now = Date.now }: InProcessCapacityOptions = {}): Capacity {
  /** In the order in which they took what they have. */
  const entries = new Map<string, Entry>();
  const experts = new Map<string, Places>();
  let came = 0;

  function placesOf(expert: string): Places {
    const known = experts.get(expert);
    if (known) return known;
    const created: Places = { taken: 0, line: new Heap() };
    experts.set(expert, created);
    return created;
  }

  function givePlace(entry: Entry, places: Places): void {
    places.taken += 1;
    entry.hasPlace = true;
    entry.since = now();
    entries.delete(entry.jobId);
    entries.set(entry.jobId, entry);
  }

  return {
    async enter(expert, jobId, { limit, order }) {
      const known = entries.get(jobId);
      if (known) return known.hasPlace;
      const places = placesOf(expert);
      came += 1;
      const entry: Entry = { jobId, expert, order, sequence: came, place: 0, since: now(), hasPlace: false };
      const first = places.line.first;
      if (places.taken < limit && (!first || order < first.order)) {
        givePlace(entry, places);
      } else {
        entries.set(jobId, entry);
        places.line.add(entry);
      }
      return entry.hasPlace;
    },
    async leave(jobId) {
      const entry = entries.get(jobId);
      if (!entry) return undefined;
      entries.delete(jobId);
      const places = placesOf(entry.expert);
      if (entry.hasPlace) places.taken -= 1;
      else places.line.remove(entry);
      if (places.line.size > 0) return entry.expert;
      if (places.taken === 0) experts.delete(entry.expert);
      return undefined;
    },
    async admit(expert, limit) {
      const places = experts.get(expert);
      if (!places) return [];
      const admitted: string[] = [];
      for (let first = places.line.first; first && places.taken < limit; first = places.line.first) {
        places.line.remove(first);
        givePlace(first, places);
        admitted.push(first.jobId);
      }
      return admitted;
    },
    async lines() {
      return [...experts].flatMap(([expert, { line }]) => (line.size > 0 ? [expert] : []));
    },
    async waiting(jobIds) {
      return new Set(jobIds.filter((jobId) => entries.get(jobId)?.hasPlace === false));
    },
    async held(before, limit) {
      const held: string[] = [];
      for (const { jobId, since } of entries.values()) {
        if (since >= before || held.length === limit) break;
        held.push(jobId);
      }
      return held;
    },
    async close() {},
  };
}
