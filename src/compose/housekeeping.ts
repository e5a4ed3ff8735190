/** Lets go of files that no run can hold any more. */
import type { AssetStore } from "../ports/asset-store.ts";

const EVERY_MS = 3_600_000;
/** A run lives a day at most, and uses its files when it begins: they outlive it by that, and something for slow clocks. */
const LONGEST_RUN_MS = 25 * 3_600_000;

export interface Housekeeping {
  readonly assets: AssetStore;
  /** How long a run is kept after its end. */
  readonly keepMs: number;
  readonly onError: (error: unknown, what: string) => void;
  readonly onExpired: (expired: { readonly grants: number; readonly bytes: number }) => void;
}

/** Every hour, beginning at a random moment of it, since several processes may share the files. @returns what ends it */
export function keepHouse({ assets, keepMs, onError, onExpired }: Housekeeping): () => void {
  let timer: NodeJS.Timeout | undefined;
  const next = (milliseconds: number): void => {
    timer = setTimeout(() => void clean(), milliseconds).unref();
  };
  async function clean(): Promise<void> {
    try {
      const expired = await assets.expire(Date.now() - keepMs - LONGEST_RUN_MS);
      if (expired.grants > 0) onExpired(expired);
    } catch (error) {
      onError(error, "removing files that are no longer used");
    }
    next(EVERY_MS);
  }
  next(Math.random() * EVERY_MS);
  return () => clearTimeout(timer);
}
