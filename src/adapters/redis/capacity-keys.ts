/** Names of the keys of the capacity. */

export interface CapacityKeys {
  /** What the scripts are given, in their order: placed, queued, since, lines, sequence. */
  readonly fixed: readonly [placed: string, queued: string, since: string, lines: string, sequence: string];
  /** Starts the names of the keys of one expert. */
  readonly base: string;
}

export function capacityKeys(prefix: string): CapacityKeys {
  const base = `${prefix}:capacity:`;
  return {
    fixed: [`${base}placed`, `${base}queued`, `${base}since`, `${base}lines`, `${base}sequence`],
    base,
  };
}
