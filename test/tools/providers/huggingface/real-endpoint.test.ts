/** Does the library, through this provider, get on with an endpoint that nobody here wrote? Its weights are random. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { llamaServer, type RunningServer } from "../openai/real-servers.ts";
import { taskOf } from "./call-task.ts";
import { callHub } from "./connect-hub.ts";

const { missing } = llamaServer;
const START_LIMIT_MS = 120_000;

describe.skipIf(missing !== undefined)(`an endpoint of one's own (${missing ?? "llama-server"})`, () => {
  let server: RunningServer | undefined;
  beforeAll(async () => {
    server = await llamaServer.start();
  }, START_LIMIT_MS);
  afterAll(() => server?.stop());

  function call(text: string, parameters: Record<string, unknown>, path = "/v1/chat/completions") {
    const settings = { endpointUrl: `${server?.url}${path}`, api: "chat" as const, parameters };
    return callHub({ task: taskOf("text-generation"), settings, timeoutMs: 60_000 }, { text });
  }

  it("answers, and the same again where the temperature is 0", async () => {
    const shortly = { max_tokens: 16, temperature: 0 };
    const first = await call("Once upon a time", shortly);
    expect(first).toEqual({ text: expect.stringMatching(/\S/) as string });
    expect(await call("Once upon a time", shortly)).toEqual(first);
  }, 60_000);

  it("says of what is too long that the caller is at fault", async () => {
    await expect(call("many words ".repeat(40_000), {})).rejects.toMatchObject({ code: "bad-input" });
  }, 60_000);

  it("says of a path that isn't there that the settings are", async () => {
    await expect(call("Hi", {}, "/nowhere/chat/completions")).rejects.toMatchObject({ code: "expert-unavailable" });
  }, 60_000);
});
