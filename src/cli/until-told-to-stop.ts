/** Waits for the signal that ends a process; a second one ends it at once. */
import { once } from "node:events";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

export async function untilToldToStop(): Promise<NodeJS.Signals> {
  const told = await Promise.race(SIGNALS.map(async (signal) => once(process, signal).then(() => signal)));
  for (const signal of SIGNALS) process.once(signal, () => process.exit(1));
  return told;
}
