/** Follows what tools a server has. */
import { setTimeout as wait } from "node:timers/promises";
import { asTuttiError, type TuttiError } from "../../../src/errors.ts";
import type { Registration } from "../../../src/registry/registration.ts";
import { redactor } from "../remote/redact.ts";
import { describeSession, type ServerToDescribe } from "./describe-tools.ts";
import { openSession, type Session } from "./session.ts";
import { nameOf } from "./settings.ts";
import { sortError } from "./sort-error.ts";

export interface WatchToolsOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told each time that the server can't be asked; it will be tried again. */
  readonly onTrouble?: (error: TuttiError) => void;
  /** Milliseconds before it is tried again the first time; doubles up to a minute. @default 1000 */
  readonly backoffMs?: number;
  /** Milliseconds after which it is asked again, since not every server says when its tools are others. @default 300000 */
  readonly pollMs?: number;
}

const MOST_BACKOFF_MS = 60_000;

/**
 * Calls back with all tools of the server at first, and whenever they are others: because it says so, or because it was
 * started again. While it can't be reached, nothing changes. One call at a time.
 * @returns when the signal aborts
 */
export async function watchTools(
  given: ServerToDescribe,
  onChange: (registrations: readonly Registration[]) => void | Promise<void>,
  { signal, onTrouble, backoffMs = 1000, pollMs = 300_000 }: WatchToolsOptions,
): Promise<void> {
  let last = "";
  const tell = async (session: Session): Promise<void> => {
    const registrations = await describeSession(session, given, signal);
    const now = JSON.stringify(registrations);
    if (now === last) return;
    await onChange(registrations);
    last = now;
  };
  let failures = 0;
  while (!signal.aborted) {
    try {
      const session = await openSession(given, signal);
      try {
        await follow(session, tell, { signal, pollMs, onSuccess: () => (failures = 0) });
        if (!signal.aborted) throw goneError(session, given);
      } finally {
        await session.close();
      }
    } catch (error) {
      if (signal.aborted) return;
      onTrouble?.(asTuttiError(error, "expert-unavailable"));
    }
    const pause = Math.min(MOST_BACKOFF_MS, backoffMs * 2 ** failures);
    failures = Math.min(failures + 1, 16);
    // Many that watch one server shall not all come back at once.
    await wait(pause * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {});
  }
}

function goneError(session: Session, { server, secrets }: ServerToDescribe): TuttiError {
  const trouble = { server: nameOf(server), ending: session.ending(), redact: redactor(secrets) };
  return sortError(undefined, { ...trouble, during: "connecting" });
}

interface Following {
  readonly signal: AbortSignal;
  readonly pollMs: number;
  readonly onSuccess: () => void;
}

/** Until the session ends, or nobody wants to know. */
async function follow(
  session: Session,
  tell: (session: Session) => Promise<void>,
  { signal, pollMs, onSuccess }: Following,
): Promise<void> {
  let isStale = true;
  let woken = Promise.withResolvers<void>();
  const wake = (): void => woken.resolve();
  session.onToolsChanged = () => {
    isStale = true;
    wake();
  };
  void session.ended.then(wake);
  signal.addEventListener("abort", wake);
  const polling = setInterval(session.forgetTools, pollMs);
  const endWatch = session.watch.begin();
  try {
    while (!signal.aborted && session.ending() === undefined) {
      woken = Promise.withResolvers();
      if (isStale) {
        isStale = false;
        await tell(session);
        onSuccess();
      } else await woken.promise;
    }
  } finally {
    endWatch();
    clearInterval(polling);
    signal.removeEventListener("abort", wake);
  }
}
