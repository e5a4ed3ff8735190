import { TuttiError } from "../../errors.ts";

export interface Watch {
  /** Given to the provider's package: aborted on the caller's abort, at a deadline, and at the end. */
  readonly signal: AbortSignal;
  /** Waits no longer than the caller wants, or `ms`, whatever the package makes of the signal. */
  within<T>(work: Promise<T>, ms: number, waitsFor: string): Promise<T>;
  end(): void;
}

/** Stands between a caller and a package of which it is not known how soon it heeds an abort, or whether. */
export function watch(caller: AbortSignal): Watch {
  const controller = new AbortController();
  const aborted = Promise.withResolvers<never>();
  // Nobody may be waiting when it is rejected.
  aborted.promise.catch(() => undefined);
  function abort(): void {
    aborted.reject(canceled());
    controller.abort(canceled());
  }
  if (caller.aborted) abort();
  else caller.addEventListener("abort", abort, { once: true });

  return {
    signal: controller.signal,
    async within(work, ms, waitsFor) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => {
          const error = new TuttiError("timeout", `the language model gave no ${waitsFor} within ${Math.round(ms)} ms`);
          late.reject(error);
          controller.abort(error);
        },
        Math.max(0, ms),
      );
      try {
        return await Promise.race([work, aborted.promise, late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
    end() {
      caller.removeEventListener("abort", abort);
      controller.abort(canceled());
    },
  };
}

export function canceled(): TuttiError {
  return new TuttiError("canceled", "the call of the language model was canceled");
}
