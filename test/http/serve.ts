/** The app on a free port over a scripted Tutti, asked with fetch as any client would. */
import { onTestFinished } from "vitest";
import { createApp } from "../../src/http/app.ts";
import type { AppOptions } from "../../src/http/context.ts";
import { listen, type Listening } from "../../src/http/listen.ts";
import { problemSchema, type Problem } from "../../src/http/problem.ts";
import { fakeTutti, type FakeTutti, type TuttiScript } from "../fakes/fake-tutti.ts";

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly details: Record<string, unknown>;
  readonly message: string;
}

export interface TestServer {
  readonly url: string;
  readonly tutti: FakeTutti;
  readonly log: readonly LogLine[];
  readonly server: Listening;
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
}

/** Ends with the test. */
export async function serve(script: TuttiScript = {}, options: AppOptions = {}): Promise<TestServer> {
  const tutti = fakeTutti(script);
  const log: LogLine[] = [];
  const line = (level: LogLine["level"]) => (details: object, message: string) =>
    void log.push({ level, details: { ...details }, message });
  const logger = { info: line("info"), warn: line("warn"), error: line("error") };
  const server = await listen(createApp(tutti, { logger, ...options }), { host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close(0));
  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`${server.url}${path}`, init);
  return {
    url: server.url,
    tutti,
    log,
    server,
    fetch: ask,
    post: (path, body, headers = {}) =>
      ask(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
  };
}

/** Reads a problem, and checks what holds for all of them. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  if (response.headers.get("content-type") !== "application/problem+json; charset=utf-8") {
    throw new Error(`no problem: ${response.status} ${response.headers.get("content-type")} ${text.slice(0, 500)}`);
  }
  const problem = problemSchema.parse(JSON.parse(text));
  if (problem.status !== response.status) throw new Error(`status ${response.status}, but ${text}`);
  if (/ at .*\.ts:\d/.test(text)) throw new Error(`it shows a stack: ${text}`);
  return problem;
}
