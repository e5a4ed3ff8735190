import { z } from "zod";
import { asTuttiError, TuttiError } from "../../../src/errors.ts";
import { deadlineIn } from "../remote/deadline.ts";
import type { ProviderSetup } from "../provider.ts";
import { openServer, readFault, readJson, type Call, type Server } from "./server.ts";
import type { OpenaiSettings } from "./settings.ts";
import { saysNoModel } from "./sort-fault.ts";

const LONGEST_MS = 10_000;

const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/**
 * Asks for the list of models: whether the server is there and takes the key. Servers that have no such list say nothing
 * against themselves.
 * @throws TuttiError `expert-unavailable`
 */
export async function probe(setup: ProviderSetup<OpenaiSettings>, signal: AbortSignal): Promise<void> {
  try {
    const server = openServer(setup);
    await look(server, { signal, deadline: deadlineIn(LONGEST_MS) });
  } catch (error) {
    const { code, message } = asTuttiError(error, "expert-failed");
    if (code === "canceled" || code === "expert-unavailable") throw error;
    throw new TuttiError("expert-unavailable", `asked for its models: ${message}`, { cause: error });
  }
}

async function look(server: Server, call: Call): Promise<void> {
  const response = await server.get("models", call);
  if ([404, 405, 501].includes(response.status)) return response.body?.cancel();
  const list = listSchema.safeParse(await readJson(server, await server.judged(response)));
  if (list.data?.data.some(({ id }) => id === server.model) === true) return;
  // Lists leave out aliases and deployments, and servers of one model often call it by its file: only what the server
  // itself says of this name counts.
  const fault = await readFault(await server.get(`models/${encodeURIComponent(server.model)}`, call));
  if (fault.status !== 404 || !saysNoModel(fault, server.redact)) return;
  const known = list.data?.data.slice(0, 10).map(({ id }) => id.slice(0, 100)) ?? [];
  const has = known.length === 0 ? "" : `; it has ${known.join(", ")}`;
  throw new TuttiError("expert-unavailable", `${server.host} has no model ${server.model}${has}`);
}
