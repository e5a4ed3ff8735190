/** What goes wrong between here and an MCP server, by whose fault it is. */
import { McpError, ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { z } from "zod";
import { asTuttiError, TuttiError } from "../../../src/errors.ts";
import { clean, type Redact } from "./clean.ts";

export interface Trouble {
  /** How messages call the server. */
  readonly server: string;
  /** What was being done: with a server that can't be reached nothing is lost, with a call it may be. */
  readonly during: "connecting" | "calling";
  /** Why the connection ended, where it has. */
  readonly ending?: string | undefined;
  readonly redact: Redact;
  readonly signal?: AbortSignal | undefined;
}

const MOST_WORDS = 600;
/** As plain numbers, which codes of errors are. */
const TIMED_OUT: number = ErrorCode.RequestTimeout;
const INVALID_INPUT: number = ErrorCode.InvalidParams;

export function sortError(thrown: unknown, trouble: Trouble): TuttiError {
  const { signal, ending } = trouble;
  if (signal?.aborted) return asTuttiError(signal.reason, "canceled");
  const timedOut = thrown instanceof McpError && thrown.code === TIMED_OUT;
  if (ending !== undefined && !timedOut) return lost(ending, trouble);
  if (thrown instanceof StreamableHTTPError) return ofStatus(thrown, trouble);
  if (thrown instanceof McpError) return ofProtocol(thrown, trouble);
  if (thrown instanceof TuttiError) return ofFetch(thrown, trouble);
  if (thrown instanceof z.core.$ZodError) {
    return failed(trouble, "answers with something that is not of the Model Context Protocol", thrown);
  }
  return failed(trouble, `failed: ${wordsOf(thrown, trouble)}`, thrown);
}

/** Of tools with effects nobody knows whether they did their work; whether to ask again is for others to decide. */
function lost(ending: string, { server, during, redact }: Trouble): TuttiError {
  const how = clean(ending, redact, MOST_WORDS);
  return during === "connecting"
    ? new TuttiError("expert-unavailable", `the MCP server ${server} could not be started or reached: ${how}`, {
        retryable: true,
      })
    : new TuttiError("expert-failed", `the MCP server ${server} went away during the call: ${how}`, {
        retryable: true,
      });
}

function ofStatus(error: StreamableHTTPError, trouble: Trouble): TuttiError {
  const { code = 0 } = error;
  if (code === 401 || code === 403) {
    const message = `the MCP server ${trouble.server} refuses access (HTTP ${code}): check the secrets`;
    return new TuttiError("expert-unavailable", message, { cause: error });
  }
  if (code === -1) return failed(trouble, "answers with something that is neither JSON nor a stream of events", error);
  const retryable = code === 408 || code === 429 || code >= 500;
  const message = `the MCP server ${trouble.server} answers with HTTP ${code}: ${wordsOf(error, trouble)}`;
  return new TuttiError(trouble.during === "connecting" ? "expert-unavailable" : "expert-failed", message, {
    cause: error,
    retryable,
  });
}

function ofProtocol(error: McpError, trouble: Trouble): TuttiError {
  const { server } = trouble;
  const words = wordsOf(error, trouble);
  switch (error.code) {
    case TIMED_OUT:
      return new TuttiError("timeout", `the MCP server ${server} did not answer in time`, {
        cause: error,
        retryable: true,
      });
    case INVALID_INPUT:
      if (isUnknownTool(words)) {
        return new TuttiError("expert-unavailable", `the MCP server ${server}: ${words}`, { cause: error });
      }
      return new TuttiError("bad-input", `the MCP server ${server} refuses the input: ${words}`, { cause: error });
    default:
      return failed(trouble, `failed: ${words}`, error);
  }
}

/** What the guarded fetch throws. */
function ofFetch(error: TuttiError, { server, during }: Trouble): TuttiError {
  const { code, retryable, message } = error;
  if (code === "timeout" || code === "canceled") return error;
  if (code === "url-refused" || during === "connecting") {
    return new TuttiError("expert-unavailable", `the MCP server ${server} can't be reached: ${message}`, {
      cause: error,
      retryable,
    });
  }
  const isLost = code === "fetch-failed";
  return new TuttiError(isLost ? "expert-failed" : code, `the MCP server ${server}: ${message}`, {
    cause: error,
    retryable: retryable || isLost,
  });
}

/** Servers say so in many ways; the specification has no code of its own for it. */
export function isUnknownTool(words: string): boolean {
  return /^(?:unknown|no such) tool\b|^tool \S+ (?:was |is )?(?:not found|unknown|disabled|does not exist)/i.test(
    words,
  );
}

function failed({ server, during }: Trouble, what: string, cause: unknown): TuttiError {
  const code = during === "connecting" ? "expert-unavailable" : "expert-failed";
  return new TuttiError(code, `the MCP server ${server} ${what}`, { cause });
}

function wordsOf(thrown: unknown, { redact }: Trouble): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return clean(message.replace(/^MCP error -?\d+: /, ""), redact, MOST_WORDS);
}
