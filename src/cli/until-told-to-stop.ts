/** The end of a process that serves: the signal for it, and that it really comes. */
import { once } from "node:events";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** By then everything has let go; what may still linger is a connection to a Redis that is away. */
const LINGER_MS = 1000;

/** Waits for the signal; a second one ends the process at once. */
export async function untilToldToStop(): Promise<NodeJS.Signals> {
  const told = await Promise.race(SIGNALS.map(async (signal) => once(process, signal).then(() => signal)));
  for (const signal of SIGNALS) process.once(signal, () => process.exit(1));
  return told;
}

/** To be called last: the process ends by itself, or, where something keeps it from that, a moment later. */
export function endSoon(exitCode: number): number {
  setTimeout(() => process.exit(exitCode), LINGER_MS).unref();
  return exitCode;
}
