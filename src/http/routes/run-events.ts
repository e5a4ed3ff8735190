import type { Response } from "express";
import { TuttiError } from "../../errors.ts";
import type { RunEvent } from "../../run/events.ts";
import { isFinished } from "../../run/state.ts";
import { clientSignal } from "../client-signal.ts";
import type { Context } from "../context.ts";
import { formatEvent, openEventStream, pipeEvents, type StreamEvent } from "../event-stream.ts";
import { describeProblem } from "../problem.ts";
import type { RouteFactory } from "../route.ts";
import { eventsHeadersSchema, eventsQuerySchema, runParamsSchema } from "../schemas-request.ts";
import { runEventSchema } from "../schemas-run.ts";
import { readWith } from "../zod-faults.ts";

export const runEventsRoute: RouteFactory = (context) => ({
  method: "get",
  path: "/v1/runs/:id/events",
  operation: {
    id: "watchRun",
    tag: "runs",
    summary: "Watch a run",
    description:
      "Server-sent events: what has happened, then what happens, until the run has ended. The id of an event is its seq; send the last one seen to go on from there.",
    params: runParamsSchema,
    query: eventsQuerySchema,
    headers: eventsHeadersSchema,
    responses: {
      200: { description: "A stream of events", content: { "text/event-stream": runEventSchema } },
      204: { description: "The run has ended and there is nothing after that event; don't connect again" },
    },
    problems: ["invalid-request", "unknown-run"],
    example: 'curl -N "$TUTTI/v1/runs/$RUN/events"',
  },
  async handle(request, response) {
    const { id } = readWith(runParamsSchema, request.params);
    const query = readWith(eventsQuerySchema, request.query);
    const headers = readWith(eventsHeadersSchema, request.headers);
    const after = Number(headers["last-event-id"] ?? query.after ?? 0);
    const { tenant } = response.locals;

    const { state } = await context.tutti.run(tenant, id);
    if (isFinished(state) && after >= state.revision) {
      response.status(204).end();
      return;
    }
    const signal = clientSignal(context, response);
    openEventStream(response);
    try {
      if (request.method !== "HEAD") {
        const events = context.tutti.events(tenant, id, after, signal);
        await pipeEvents(response, streamed(events), { heartbeatMs: context.heartbeatMs, signal });
      }
    } catch (error) {
      if (!signal.aborted) reportFault(context, response, error);
    }
    response.end();
  },
});

async function* streamed(events: AsyncIterable<RunEvent>): AsyncGenerator<StreamEvent> {
  for await (const event of events) yield { id: event.seq, type: event.type, data: event };
}

/** The status is out already; what broke is said as an event that has no id, so that nothing is skipped later. */
function reportFault(context: Context, response: Response, thrown: unknown): void {
  const known = thrown instanceof TuttiError && thrown.code !== "internal" ? thrown : undefined;
  const { requestId } = response.locals;
  context.logger.error({ requestId, err: thrown }, "an event stream broke off");
  const detail = known?.message ?? `Something broke inside Tutti. The log tells more under request id ${requestId}.`;
  const problem = describeProblem(context, response, { code: known?.code ?? "internal", detail });
  response.write(formatEvent({ type: "problem", data: problem }));
}
