/**
 * Sessions that the experts of one server share: one process, or one connection, for all of its tools. Opened when it is
 * needed, again when it was lost, and closed when nobody holds it any more.
 */
import { asTuttiError } from "../../../src/errors.ts";
import { openSession, type Session } from "./session.ts";
import type { McpAccess } from "./settings.ts";

export interface Lease {
  /**
   * Does something with the session, which is open when it begins.
   * @throws TuttiError where it can't be opened, or the signal aborts before it is
   */
  readonly use: <T>(work: (session: Session) => Promise<T>, signal?: AbortSignal) => Promise<T>;
  /** What is under way with the session is waited for. */
  readonly release: () => void;
}

interface Shared {
  readonly key: string;
  readonly access: McpAccess;
  leases: number;
  uses: number;
  session: Promise<Session> | undefined;
}

const shared = new Map<string, Shared>();

export function leaseSession(access: McpAccess): Lease {
  const { server, secrets, allowHosts, environment } = access;
  const key = JSON.stringify([server, secrets, allowHosts, environment.mayRunCommands ?? false]);
  const entry = shared.get(key) ?? { key, access, leases: 0, uses: 0, session: undefined };
  shared.set(key, entry);
  entry.leases += 1;
  let isHeld = true;

  return {
    async use(work, signal) {
      entry.uses += 1;
      try {
        return await work(await unlessAborted(open(entry), signal));
      } finally {
        entry.uses -= 1;
        closeIfIdle(entry);
      }
    },
    release() {
      if (!isHeld) return;
      isHeld = false;
      entry.leases -= 1;
      closeIfIdle(entry);
    },
  };
}

/** Those who come while it is being opened wait for the same one. */
async function open(entry: Shared): Promise<Session> {
  const known = entry.session;
  if (known) {
    const session = await known;
    if (session.ending() === undefined) return session;
    if (entry.session === known) entry.session = undefined;
  }
  return (entry.session ??= begin(entry));
}

function begin(entry: Shared): Promise<Session> {
  const session = openSession(entry.access);
  session.catch(() => {
    if (entry.session === session) entry.session = undefined;
  });
  return session;
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(asTuttiError(signal.reason, "canceled"));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function closeIfIdle(entry: Shared): void {
  if (entry.leases > 0 || entry.uses > 0) return;
  if (shared.get(entry.key) === entry) shared.delete(entry.key);
  const { session } = entry;
  entry.session = undefined;
  session?.then((one) => one.close()).catch(() => {});
}
