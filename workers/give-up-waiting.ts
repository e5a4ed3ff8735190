/** For work that was told to stop: waits a while for it to obey, and then no longer. */

/** Experts' processes are killed after a second; what takes longer than this does not listen. */
const GRACE_MS = 5000;

/**
 * As the work ends; or rejects with the signal's reason, where it has not ended some time after the abort. It may then
 * go on unseen, but whoever waits has its place back.
 */
export async function giveUpWaiting<T>(work: Promise<T>, signal: AbortSignal, graceMs = GRACE_MS): Promise<T> {
  const { promise: abandoned, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    timer = setTimeout(() => reject(signal.reason), graceMs);
  };
  signal.addEventListener("abort", wait, { once: true });
  if (signal.aborted) wait();
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    signal.removeEventListener("abort", wait);
    clearTimeout(timer);
  }
}
