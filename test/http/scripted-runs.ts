/** What the fake Tutti answers about runs: runs as the kernel makes them. */
import type { RunState } from "../../src/run/state.ts";
import type { RunRequest } from "../../src/run/request.ts";
import { drive } from "../run/drive-run.ts";
import type { FakeTutti } from "../fakes/fake-tutti.ts";

/** A run of this request that nothing was done for yet. */
export function freshRun(request: RunRequest = { messages: [], options: {} }): RunState {
  return drive({ messages: request.messages, options: request.options }).state;
}

/** The request of the only submission. */
export function submitted({ calls }: FakeTutti): RunRequest {
  const requests = calls.filter(({ method }) => method === "submit").map(({ args }) => args[0] as RunRequest);
  if (requests.length !== 1 || !requests[0]) throw new Error(`${requests.length} requests were submitted`);
  return requests[0];
}

export const accepting = { submit: async (request: RunRequest): Promise<RunState> => freshRun(request) };
