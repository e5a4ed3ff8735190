/** A place where one prompt at a time is evaluated, with the prompt whose state it still holds. */
export interface Slot<T> {
  readonly value: T;
  prompt: string;
}

/** Below this, two prompts have no more in common than their template's first words. */
const WORTH_SHARING = 64;

/**
 * Gives out slots so that evaluated prefixes are used again: of the free ones, the one whose prompt begins most like
 * the new one, and if none does, the one unused the longest. Who finds none waits in line.
 */
export function createSlots<T>(values: readonly T[]) {
  /** The longest unused first. */
  const free: Slot<T>[] = values.map((value) => ({ value, prompt: "" }));
  const waiting: { readonly prompt: string; readonly give: (slot: Slot<T>) => void }[] = [];

  function pick(prompt: string): Slot<T> | undefined {
    let best = 0;
    let chosen = free[0];
    for (const slot of free) {
      const shared = sharedPrefix(slot.prompt, prompt);
      if (shared > best && shared >= WORTH_SHARING) [best, chosen] = [shared, slot];
    }
    if (chosen === undefined) return undefined;
    free.splice(free.indexOf(chosen), 1);
    return chosen;
  }

  return {
    /** @throws the signal's reason when aborted while waiting */
    async take(prompt: string, signal: AbortSignal): Promise<Slot<T>> {
      signal.throwIfAborted();
      const found = pick(prompt);
      if (found !== undefined) return found;
      const turn = Promise.withResolvers<Slot<T>>();
      const place = { prompt, give: turn.resolve };
      const leave = () => {
        const index = waiting.indexOf(place);
        if (index < 0) return;
        waiting.splice(index, 1);
        turn.reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
      };
      waiting.push(place);
      signal.addEventListener("abort", leave, { once: true });
      try {
        return await turn.promise;
      } finally {
        signal.removeEventListener("abort", leave);
      }
    },
    /** Gives a slot back with the prompt whose state it now holds. */
    release(slot: Slot<T>, prompt: string): void {
      slot.prompt = prompt;
      const next = waiting.shift();
      if (next === undefined) free.push(slot);
      else next.give(slot);
    },
  };
}

function sharedPrefix(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let index = 0;
  while (index < end && a.codePointAt(index) === b.codePointAt(index)) index += 1;
  return index;
}
