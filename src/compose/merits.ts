/** Chooses experts by how their calls went, in whichever process that was. */
import type { MeritStore } from "../ports/merit-store.ts";
import type { Selector } from "../ports/selector.ts";
import type { ExpertCard, Lane } from "../registry/expert-card.ts";
import type { Registry } from "../registry/registry.ts";
import { createMeritSelector } from "../select/merit-selector.ts";
import type { ExpertDirectory } from "../service/expert-directory.ts";
import { MeritBook } from "../service/merit-book.ts";

export interface MeritsOptions {
  readonly store: MeritStore;
  readonly registry: Registry;
  readonly directory: Pick<ExpertDirectory, "probe">;
  /** That this process serves. */
  readonly lanes: readonly Lane[];
  readonly now: () => number;
  readonly onError: (error: unknown, what: unknown) => void;
}

/** What is known of so many is read at the start, so that the first choices are no worse than the next. */
const AT_START = 1000;

export function openMerits({ store, registry, directory, lanes, now, onError }: MeritsOptions): {
  readonly merits: MeritBook;
  readonly selector: Selector;
} {
  /** Only who would call it can say whether it can be reached; what is built in can't be asked. */
  async function probe(card: ExpertCard, signal: AbortSignal): Promise<void> {
    const entry = registry.find(card);
    const task = registry.task(card.task);
    if (entry?.record && task && lanes.includes(card.lane)) {
      await directory.probe({ ...entry, record: entry.record, task }, signal);
    }
  }
  const merits = new MeritBook({ store, now, probe, onError });
  merits.follow(registry.experts.slice(0, AT_START).map(({ card }) => card));
  return { merits, selector: createMeritSelector({ merits, now }) };
}
