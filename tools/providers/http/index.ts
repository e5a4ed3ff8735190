/** Experts behind a URL that speak the contract in docs/http-experts.md. */
import { TuttiError } from "../../../src/errors.ts";
import { readAllowList } from "../../../src/net/allow-list.ts";
import { checkUrl } from "../../../src/net/check-url.ts";
import type { ExpertContext } from "../../define-expert.ts";
import type { ConnectedExpert, Provider, ProviderSetup } from "../provider.ts";
import { readAnswer, readBatchAnswer, type Destination } from "./answer.ts";
import { ask } from "./ask.ts";
import { connectionTo } from "./connection.ts";
import { deadlineIn, type Deadline } from "../remote/deadline.ts";
import { fileDecoder } from "./output-file.ts";
import { probe } from "./probe.ts";
import { batchBody, singleBody } from "./request-body.ts";
import { httpSettingsSchema, type HttpSettings } from "./settings.ts";

export const httpProvider: Provider<HttpSettings> = {
  id: "http",
  settings: httpSettingsSchema,
  defaults: ({ batch }) => ({
    lane: "remote",
    runtime: "http",
    limits: {
      timeoutMs: 60_000,
      concurrency: batch ? 16 : 4,
      memoryMiB: 64,
      ...(batch && { batch: { max: 8, waitMs: 20, memoryMiB: 0 } }),
    },
  }),
  // Paths may hold what is secret.
  model: ({ url }) => new URL(url).host,
  connect,
  probe,
};

function connect(setup: ProviderSetup<HttpSettings>): ConnectedExpert {
  const { card, task, settings } = setup;
  assertServes(setup);
  const connection = connectionTo(setup);
  const { inlineBytes } = settings;
  const { timeoutMs, batch } = card.limits;

  function destinationOf({ scratch, signal }: ExpertContext, deadline: Deadline): Destination {
    return { task, scratch, decodeFile: fileDecoder(connection, { scratch, signal, deadline }) };
  }

  return {
    load: () => Promise.resolve(undefined),
    async run(_model, inputs, context) {
      const deadline = deadlineIn(timeoutMs);
      const fetched = await ask(connection, singleBody(task, inputs, inlineBytes), deadline, context.signal);
      return readAnswer(connection, fetched, destinationOf(context, deadline));
    },
    ...(batch && {
      async runBatch(_model, inputs, contexts, signal) {
        const deadline = deadlineIn(timeoutMs);
        const fetched = await ask(connection, batchBody(task, inputs, inlineBytes), deadline, signal);
        const destinations = contexts.map((context) => destinationOf(context, deadline));
        return readBatchAnswer(connection, fetched, destinations);
      },
    }),
  };
}

/** @throws TuttiError `bad-input` */
function assertServes({ card, settings, allowHosts }: ProviderSetup<HttpSettings>): void {
  if (card.limits.batch && !settings.batch) {
    throw new TuttiError("bad-input", "limits.batch is for experts that take batches: set settings.batch to true");
  }
  try {
    const allow = readAllowList(allowHosts);
    for (const url of [settings.url, settings.healthUrl]) if (url !== undefined) checkUrl(url, { allow });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new TuttiError("bad-input", `settings.url or settings.healthUrl, with allowHosts: ${message}`, {
      cause: error,
    });
  }
}
