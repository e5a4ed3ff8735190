/** Doubt: that a watcher sees every event once, in order, across connections, and costs nothing once it is gone. */
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import { runEventSchema } from "../../src/http/schemas-run.ts";
import type { RunEvent } from "../../src/run/events.ts";
import type { Tutti } from "../../src/tutti.ts";
import { partialRun, plannedRun } from "../run/sample-runs.ts";
import { problemOf, serve } from "./serve.ts";

const ended = partialRun();
const going = plannedRun();

interface SentEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

function parse(text: string): SentEvent[] {
  const blocks = text.split("\n\n").filter((block) => block !== "" && !block.startsWith(":"));
  return blocks.map((block) => Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2))));
}

async function* replay(events: readonly RunEvent[], after: number): AsyncGenerator<RunEvent> {
  yield* events.filter(({ seq }) => seq > after);
}

const finished: Pick<Tutti, "run" | "events"> = {
  run: async () => ({ state: ended.state }),
  events: (_tenant, _runId, after) => replay(ended.events, after),
};

/** A run in which nothing happens any more, and nobody says so. */
function silent(signalled: (signal: AbortSignal) => void = () => {}): Pick<Tutti, "run" | "events"> {
  return {
    run: async () => ({ state: going.state }),
    async *events(_tenant, _runId, after, signal) {
      yield* replay(going.events, after);
      if (!signal.aborted) await once(signal, "abort");
      signalled(signal);
    },
  };
}

describe("GET /v1/runs/:id/events", () => {
  test("streams all events, then ends", async () => {
    const { fetch } = await serve(finished);
    const response = await fetch("/v1/runs/r1/events");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
    const events = parse(await response.text());
    expect(events.map(({ id }) => Number(id))).toEqual(ended.events.map(({ seq }) => seq));
    expect(events.map(({ event }) => event)).toEqual(ended.events.map(({ type }) => type));
    expect(events.map(({ data }) => runEventSchema.strict().parse(JSON.parse(data ?? "")))).toEqual(ended.events);
  });

  test.each([
    ["/v1/runs/r1/events", { "last-event-id": "5" }, 5],
    ["/v1/runs/r1/events?after=7", {}, 7],
    ["/v1/runs/r1/events?after=7", { "last-event-id": "9" }, 9],
    ["/v1/runs/r1/events?after=0", {}, 0],
  ])("goes on from there: %s %j", async (path, headers, after) => {
    const { fetch } = await serve(finished);
    const events = parse(await (await fetch(path, { headers: new Headers(headers) })).text());
    expect(Number(events[0]?.id)).toBe(after + 1);
    expect(events.at(-1)?.event).toBe("run-finished");
  });

  test("what comes late comes at once, on a connection that began before it", async () => {
    const more = Promise.withResolvers<void>();
    const { fetch } = await serve({
      run: async () => ({ state: going.state }),
      async *events() {
        await more.promise;
        yield* going.events.slice(0, 1);
      },
    });
    // The headers are there although no event is.
    const response = await fetch("/v1/runs/r1/events");
    more.resolve();
    expect(parse(await response.text())).toHaveLength(1);
  });

  test("tells a browser not to come back when there is nothing after the last event", async () => {
    const { fetch, tutti } = await serve(finished);
    const last = String(ended.state.revision);
    const response = await fetch("/v1/runs/r1/events", { headers: { "last-event-id": last } });
    expect(response.status).toBe(204);
    expect(tutti.calls.map(({ method }) => method)).toEqual(["run"]);
  });

  test.each([
    ["?after=-1", {}, "after"],
    ["?after=x", {}, "after"],
    ["?after=1.5", {}, "after"],
    ["?after=9999999999999999999", {}, "after"],
    ["", { "last-event-id": "abc" }, "last-event-id"],
  ])("refuses %s %j", async (query, headers, path) => {
    const { fetch } = await serve(finished);
    const problem = await problemOf(await fetch(`/v1/runs/r1/events${query}`, { headers: new Headers(headers) }));
    expect(problem).toMatchObject({ status: 400, code: "invalid-request" });
    expect(problem.errors?.[0]?.path).toBe(path);
  });

  test("an unknown run is a problem, not an empty stream", async () => {
    const { fetch } = await serve({
      async run() {
        throw new TuttiError("unknown-run", "there is no run r9");
      },
    });
    expect(await problemOf(await fetch("/v1/runs/r9/events"))).toMatchObject({ status: 404, code: "unknown-run" });
  });

  test("gives signs of life while nothing happens", async () => {
    const { fetch } = await serve(silent(), { heartbeatMs: 5 });
    const leaving = new AbortController();
    const response = await fetch(`/v1/runs/r1/events?after=${going.state.revision}`, { signal: leaving.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (text.split("\n\n").length < 4) text += (await reader?.read())?.value ?? "";
    expect(text.replaceAll(": still here\n\n", "")).toBe("");
    leaving.abort();
  });

  test("lets go of the run when the client leaves", async () => {
    const gone = Promise.withResolvers<AbortSignal>();
    const { fetch, log } = await serve(silent(gone.resolve));
    const leaving = new AbortController();
    const response = await fetch("/v1/runs/r1/events", { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    expect((await gone.promise).aborted).toBe(true);
    expect(log.filter(({ level }) => level !== "info")).toEqual([]);
  });

  test("waits for a slow client instead of piling up", async () => {
    let given = 0;
    const [event] = ended.events;
    if (!event) throw new Error("no event");
    const text = "x".repeat(100_000);
    const { url } = await serve({
      run: finished.run,
      async *events() {
        for (; given < 2000; given++) yield { ...event, type: "note-added", data: { nodeId: "plan", text } };
      },
    });
    const client = get(`${url}/v1/runs/r1/events`);
    const [response] = (await once(client, "response")) as [IncomingMessage];
    response.pause();
    const before = await settled(() => given);
    expect(before).toBeLessThan(1000);
    response.resume();
    await once(response, "end");
    expect(given).toBe(2000);
  });

  test("says as an event what breaks in the middle, and ends", async () => {
    async function* breaking(fault: Error): AsyncGenerator<RunEvent> {
      yield* ended.events.slice(0, 2);
      throw fault;
    }
    for (const [fault, code] of [
      [new TuttiError("unsupported-version", "event 3 is of version 9"), "unsupported-version"],
      [new Error("secret path"), "internal"],
    ] as const) {
      const { fetch, log } = await serve({ run: finished.run, events: () => breaking(fault) });
      const text = await (await fetch("/v1/runs/r1/events")).text();
      const events = parse(text);
      expect(events.map(({ id, event }) => [id, event])).toEqual([
        ["1", "run-created"],
        ["2", ended.events[1]?.type],
        [undefined, "problem"],
      ]);
      expect(JSON.parse(events[2]?.data ?? "")).toMatchObject({ code });
      expect(text).not.toContain("secret");
      expect(log.some(({ level }) => level === "error")).toBe(true);
    }
  });

  test("HEAD is answered without a stream", async () => {
    const { fetch } = await serve(silent());
    const response = await fetch("/v1/runs/r1/events", { method: "HEAD" });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  });
});

/** The value once it has stopped changing. */
async function settled(read: () => number): Promise<number> {
  let last = -1;
  for (let same = 0; same < 20;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    same = read() === last ? same + 1 : 0;
    last = read();
  }
  return last;
}
