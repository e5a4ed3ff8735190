/** Whether there is room for one more run. */
import { TuttiError } from "../errors.ts";

/** What is wrong with the place where runs are kept. */
export interface Fitness {
  readonly ok: boolean;
  readonly problems: readonly string[];
  /** Memory in use, as a share of the most; undefined where there is no most, or nobody knows. */
  readonly memoryShare?: number;
}

export interface Admission {
  readonly fitness: () => Promise<Fitness>;
  /** @throws TuttiError `overloaded` where memory runs out, `unavailable` where something else is wrong */
  readonly admit: () => Promise<void>;
}

/** Milliseconds for which an answer holds: a burst of requests asks once. */
const HOLDS_MS = 1000;
/** Above this, what is under way needs the rest: a full Redis can't even finish the jobs that it has. */
const MOST_MEMORY = 0.8;
const RETRY_AFTER_S = 10;

export function createAdmission(check: () => Promise<Fitness>): Admission {
  let last: { readonly fitness: Promise<Fitness>; readonly until: number } | undefined;

  function fitness(): Promise<Fitness> {
    if (!last || last.until < performance.now()) last = { fitness: check(), until: performance.now() + HOLDS_MS };
    return last.fitness;
  }

  return {
    fitness,
    async admit() {
      const { ok, problems, memoryShare = 0 } = await fitness();
      if (ok) return;
      const message = problems.join(" ");
      const code = memoryShare > MOST_MEMORY ? "overloaded" : "unavailable";
      throw new TuttiError(code, message, { retryable: true, retryAfter: RETRY_AFTER_S });
    },
  };
}
