/** Tasks and answers for tests of experts that mean harm. */
import { defineTask } from "../../../../src/registry/task-spec.ts";
import { callHttp, startExpert, type Reply, type Written } from "./connect-http.ts";

export const text = { text: "A long story about nothing much." };
export const anything = defineTask({
  id: "anything",
  title: "Anything",
  description: "Gives any JSON.",
  inputs: { text: { type: "text", description: "A text." } },
  outputs: { json: { type: "json", description: "Whatever." } },
});
export const pictures = defineTask({
  id: "pictures",
  title: "Pictures",
  description: "Gives pictures.",
  inputs: { text: { type: "text", description: "A text." } },
  outputs: { images: { type: { list: "image" }, description: "Many." } },
});

/** The error that a call ends with, where the expert answers like that. */
export async function errorAfter(reply: Reply, written: Omit<Written, "url"> = { task: anything }): Promise<unknown> {
  const { url } = await startExpert(() => reply);
  return callHttp({ ...written, url }, text).catch((error: unknown) => error);
}

/** A JSON answer in exactly these letters. */
export function json(body: string): Reply {
  return { headers: { "content-type": "application/json" }, body };
}
