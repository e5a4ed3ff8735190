/** A client that does not give up: it asks again, of any server, until its run is accepted. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { PlanNode } from "../../src/run/plan-node.ts";

/** Far off: no run may end because of it. */
export const DEADLINE_S = 3600;

const LIMIT_MS = 15_000;
const PAUSE_MS = 100;
const acceptedSchema = z.object({ id: z.string() });

/**
 * @param urls of the servers that are there now
 * @param key makes asking again harmless
 * @returns the run's id
 * @throws where a server refuses the request itself
 */
export async function submit(
  urls: () => readonly string[],
  plan: readonly PlanNode[],
  key: string,
  signal: AbortSignal,
): Promise<string> {
  const body = JSON.stringify({ messages: [], plan, options: { deadline: DEADLINE_S, reuse: false } });
  const headers = { "content-type": "application/json", "idempotency-key": key };
  for (let tries = 0; ; tries += 1) {
    signal.throwIfAborted();
    const known = urls();
    const url = known[(key.length + tries) % Math.max(1, known.length)];
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
    const response = await (url === undefined ? undefined : post(`${url}/v1/runs`, { headers, body, signal: limit }));
    if (response?.ok) return acceptedSchema.parse(JSON.parse(response.text)).id;
    if (response && response.status < 500 && response.status !== 429) {
      throw new Error(`the run was refused with ${response.status}: ${response.text}`);
    }
    await sleep(PAUSE_MS);
  }
}

/** @returns undefined where no whole answer came */
async function post(url: string, request: RequestInit) {
  try {
    const response = await fetch(url, { method: "POST", ...request });
    return { ok: response.ok, status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}
