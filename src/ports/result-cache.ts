import type { Value } from "../run/value.ts";

/** Outputs as a run records them: large values are spilled. */
export type Outputs = Readonly<Record<string, Value>>;

/**
 * Recorded results of pure experts, by what they were computed from. It may forget anything at any time, so every
 * failure is a miss to the caller.
 */
export interface ResultCache {
  /** @param key SHA-256 in hexadecimal. */
  get(key: string): Promise<Outputs | undefined>;
  /** Takes the place of what is there. */
  put(key: string, outputs: Outputs): Promise<void>;
  close(): Promise<void>;
}
