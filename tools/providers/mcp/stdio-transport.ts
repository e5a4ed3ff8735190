/**
 * An MCP server as a child process, which speaks over its standard input and output (MCP specification, 2025-06-18,
 * "stdio").
 *
 * Not the SDK's transport: that one ends the command alone, so that what `npx` started outlives it, leaves the server
 * behind when this process is killed, as hosts of experts often are, and hands on more of the environment.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Duplex, type Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { JSONRPCMessageSchema, type JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { TuttiError } from "../../../src/errors.ts";
import { splitLines } from "./split-lines.ts";
import { keepTail } from "./tail.ts";

export interface StdioCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Bytes of one message. */
  readonly maxBytes: number;
}

export interface StdioTransport extends Transport {
  /** The last that it wrote to its standard error. */
  readonly stderr: () => string;
  /** How it ended; undefined while it runs. */
  readonly ending: () => string | undefined;
}

/**
 * The shell becomes the command. Beside it, in its process group, waits a watcher for the end of descriptor 3, whose
 * other end this process holds and never writes to: however this process ends, the group is told to end, and is killed
 * a second later.
 */
const WITH_WATCHER = [
  '(trap "" TERM; read -r _ <&3; kill -TERM 0; sleep 1; kill -KILL 0) </dev/null >/dev/null 2>&1 &',
  'exec 3<&-; exec "$@"',
].join("\n");

const LIFELINE = 3;
/** Milliseconds that a server has to end by itself when its input does, as the specification wants it to. */
const GRACE_MS = 1000;
const STDERR_BYTES = 4096;

export function createStdioTransport({ command, args, env, maxBytes }: StdioCommand): StdioTransport {
  const stderr = keepTail(STDERR_BYTES);
  let child: ChildProcess | undefined;
  let ended: string | undefined;
  let exited: Promise<unknown> = Promise.resolve();
  /** All that it said has been read. */
  let closed: Promise<unknown> = Promise.resolve();

  const end = (what: string): void => {
    if (ended !== undefined) return;
    ended = what;
    lifelineOf(child)?.destroy();
    transport.onclose?.();
  };

  const receive = (line: Buffer): void => {
    try {
      transport.onmessage?.(JSONRPCMessageSchema.parse(JSON.parse(line.toString("utf8"))));
    } catch (error) {
      // Some print logs where only messages belong.
      transport.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
  };

  const transport: StdioTransport = {
    stderr: () => stderr.text(),
    ending: () => ended,

    async start() {
      const started = spawn("/bin/sh", ["-c", WITH_WATCHER, "mcp", command, ...args], {
        // A process group of its own, which no Ctrl-C of a terminal reaches.
        detached: true,
        env,
        stdio: ["pipe", "pipe", "pipe", "pipe"],
      });
      child = started;
      exited = once(started, "exit").catch(() => {});
      closed = once(started, "close").catch(() => {});
      for (const stream of [started.stdin, lifelineOf(started)]) stream?.on("error", () => {});
      started.stderr.on("data", stderr.add);
      started.stdout.on(
        "data",
        splitLines(maxBytes, receive, () => {
          transport.onerror?.(new TuttiError("too-large", `it sent a message of more than ${maxBytes} bytes`));
          void transport.close();
        }),
      );
      started.once("exit", () => lifelineOf(started)?.destroy());
      // After all of its output has been read.
      started.once("close", (code: number | null, signal: NodeJS.Signals | null) =>
        end(signal === null ? `exit code ${code}` : `killed by ${signal}`),
      );
      started.once("error", (error) => end(error.message));
      await once(started, "spawn");
    },

    async send(message: JSONRPCMessage) {
      const input = child?.stdin;
      if (!input || ended !== undefined) throw new Error("its process has ended");
      try {
        await write(input, `${JSON.stringify(message)}\n`);
      } catch (error) {
        // It is ending: how, and what it said last, tells more than that it could not be written to.
        await Promise.race([closed, wait(GRACE_MS, undefined, { ref: false })]);
        throw error;
      }
    },

    async close() {
      if (!child || ended !== undefined) return end("closed");
      child.stdin?.end();
      await Promise.race([exited, wait(GRACE_MS, undefined, { ref: false })]);
      lifelineOf(child)?.destroy();
      await exited;
      end("closed");
    },
  };
  return transport;
}

function write(input: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    input.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

function lifelineOf(child: ChildProcess | undefined): Duplex | undefined {
  const stream = child?.stdio[LIFELINE];
  return stream instanceof Duplex ? stream : undefined;
}
