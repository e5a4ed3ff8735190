/**
 * Over HTTP, a call to a server that is gone looks like one to a server that thinks: nothing comes. So as long as there
 * are calls, the server is asked now and then whether it knows the session.
 */
import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { TuttiError } from "../../../src/errors.ts";

export interface Watch {
  /** Somebody begins to count on the connection; what is returned is called at the end of that. */
  readonly begin: () => () => void;
  /** Something went wrong with the connection; it may have been the end. */
  readonly suspect: () => void;
  readonly stop: () => void;
}

export interface WatchOptions {
  /** Whether the end of the connection is not told by itself. */
  readonly isSilent: boolean;
}

const EVERY_MS = 15_000;
const ANSWER_MS = 10_000;

export function keepWatch(client: Client, { isSilent }: WatchOptions): Watch {
  let calls = 0;
  let checking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const check = (): Promise<void> => (checking ??= ask().finally(() => (checking = undefined)));
  const ask = async (): Promise<void> => {
    try {
      await client.ping({ timeout: ANSWER_MS });
    } catch (error) {
      if (isGone(error)) await client.close();
    }
  };
  const suspect = (): void => {
    if (isSilent && calls > 0) void check();
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    begin() {
      calls += 1;
      if (isSilent) timer ??= setInterval(suspect, EVERY_MS).unref();
      return () => {
        calls -= 1;
        if (calls === 0) stop();
      };
    },
    suspect,
    stop,
  };
}

/** A server that is slow, busy, or doesn't know pings is there. */
function isGone(error: unknown): boolean {
  if (error instanceof TuttiError) return error.code !== "timeout";
  return isForgotten(error);
}

/** Whether a server refused a request because it doesn't know the session: it was started again, or let it go. */
export function isForgotten(error: unknown): boolean {
  // The specification wants 404; the reference servers answer 400.
  return error instanceof StreamableHTTPError && (error.code === 404 || error.code === 400);
}
