/** Follows a run over HTTP, as any client would: server-sent events, taken up again where they broke off. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RunEvent } from "../../run/events.ts";

const PAUSE_MS = 300;

/** Events of the run, each once and in order, to its end or until the signal aborts. */
export async function* followRun(baseUrl: string, runId: string, signal: AbortSignal): AsyncGenerator<RunEvent> {
  for (let last = 0; !signal.aborted;) {
    try {
      const headers = { accept: "text/event-stream", "last-event-id": String(last) };
      const response = await fetch(`${baseUrl}/v1/runs/${runId}/events`, { headers, signal });
      for await (const event of eventsOf(response)) {
        last = event.seq;
        yield event;
        if (event.type === "run-finished") return;
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      // The connection was lost: the server may be gone for a moment.
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
  }
}

async function* eventsOf({ body }: Response): AsyncGenerator<RunEvent> {
  if (!body) return;
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = block.split("\n").flatMap((line) => (line.startsWith("data:") ? [line.slice(5)] : []));
      if (data.length > 0) yield JSON.parse(data.join("\n"));
    }
  }
}
