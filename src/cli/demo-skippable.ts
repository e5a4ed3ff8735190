/** Work that Ctrl-C skips, instead of ending the program. */

/** npm passes on the Ctrl-C that its child got from the terminal already: so long, a second one is the first one. */
const ECHO_MS = 1000;

/** @param work heeds the signal, which Ctrl-C aborts */
export async function skippable<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  let skippedAt: number | undefined;
  const skip = (): void => {
    skippedAt ??= Date.now();
    stop.abort();
  };
  process.on("SIGINT", skip);
  try {
    return await work(stop.signal);
  } finally {
    const left = skippedAt === undefined ? 0 : skippedAt + ECHO_MS - Date.now();
    if (left > 0) setTimeout(() => process.off("SIGINT", skip), left).unref();
    else process.off("SIGINT", skip);
  }
}
