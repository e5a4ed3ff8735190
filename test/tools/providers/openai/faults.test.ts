/** Does the caller's fault ever count as the expert's, or the other way round? Does the key show in an error? */
import { describe, expect, it } from "vitest";
import { summarization } from "../../../../tools/tasks/summarization.ts";
import { startExpert, startServer, type Reply } from "../http/connect-http.ts";
import { faultOf, KEY, refusal } from "./connect-openai.ts";

const inputs = { text: "A long story about nothing much." };

async function faultAfter(reply: Reply): Promise<unknown> {
  const { url } = await startExpert(() => reply);
  return faultOf({ task: summarization, url }, inputs);
}

describe("a status without words", () => {
  it.each([
    [400, "expert-failed", false, "check the settings"],
    [401, "expert-unavailable", false, "check the secret apiKey"],
    [402, "expert-unavailable", false, "no credit"],
    [403, "expert-unavailable", false, "check the secret apiKey"],
    [404, "expert-unavailable", false, "check settings.baseUrl and settings.model"],
    [405, "expert-unavailable", false, "check settings.baseUrl"],
    [408, "expert-failed", true, ""],
    [409, "expert-failed", true, ""],
    [413, "expert-failed", false, ""],
    [418, "expert-failed", false, ""],
    [422, "expert-failed", false, "check the settings"],
    [429, "expert-failed", true, ""],
    [500, "expert-failed", true, ""],
    [501, "expert-unavailable", false, "check settings.baseUrl"],
    [502, "expert-failed", true, ""],
    [503, "expert-failed", true, ""],
    [529, "expert-failed", true, ""],
    [304, "expert-failed", false, ""],
  ])("of %i is %s", async (status, code, retryable, advice) => {
    const fault = await faultAfter({ status, headers: { "content-type": "text/html" }, body: "<h1>No</h1>" });
    expect(fault).toMatchObject({ code, retryable, message: expect.stringContaining(`answers ${status}`) });
    expect(fault).toHaveProperty("message", expect.stringContaining(advice));
    expect(fault).toHaveProperty("message", expect.not.stringContaining("<h1>"));
  });
});

/** As the servers named have been seen to answer, or document it. */
const told: readonly (readonly [who: string, reply: Reply, code: string, retryable: boolean, advice: string])[] = [
  [
    "OpenAI, too long",
    refusal(400, "This model's maximum context length is 128000 tokens.", { code: "context_length_exceeded" }),
    "bad-input",
    false,
    "maximum context length",
  ],
  [
    "llama-server, too long",
    {
      status: 400,
      body: {
        error: {
          code: 400,
          message: "request (6011 tokens) exceeds the available context size (2048 tokens), try increasing it",
          type: "exceed_context_size_error",
        },
      },
    },
    "bad-input",
    false,
    "6011 tokens",
  ],
  [
    "OpenAI, speech too long",
    refusal(400, "string too long", { code: "string_above_max_length", param: "input" }),
    "bad-input",
    false,
    "",
  ],
  [
    "OpenAI, bad picture",
    refusal(400, "You uploaded an unsupported image.", { code: "invalid_image_format" }),
    "bad-input",
    false,
    "",
  ],
  [
    "vLLM, bad picture",
    {
      status: 400,
      body: { object: "error", message: "cannot identify image file", type: "BadRequestError", code: 400 },
    },
    "bad-input",
    false,
    "",
  ],
  [
    "OpenAI, bad sound",
    refusal(400, "The audio file could not be decoded.", { param: "file" }),
    "bad-input",
    false,
    "",
  ],
  [
    "OpenAI, an odd setting",
    refusal(400, "Invalid size. Expected 1024x1024.", { param: "size" }),
    "expert-failed",
    false,
    "check the settings",
  ],
  [
    "OpenAI, no model",
    refusal(404, "The model `x` does not exist or you do not have access to it.", { code: "model_not_found" }),
    "expert-unavailable",
    false,
    "settings.model",
  ],
  [
    "Mistral, no model",
    { status: 400, body: { message: "Invalid model: x", code: "1500" } },
    "expert-unavailable",
    false,
    "settings.model",
  ],
  [
    "Ollama, no model",
    { status: 404, body: { error: { message: 'model "x" not found, try pulling it first' } } },
    "expert-unavailable",
    false,
    "settings.model",
  ],
  [
    "OpenAI, no money",
    refusal(429, "You exceeded your current quota, please check your plan.", { code: "insufficient_quota" }),
    "expert-unavailable",
    false,
    "no credit",
  ],
  [
    "OpenAI, too fast",
    refusal(429, "Rate limit reached.", { code: "rate_limit_exceeded" }),
    "expert-failed",
    true,
    "Rate limit",
  ],
  [
    "OpenAI, its policy",
    refusal(400, "Your request was rejected by the safety system.", { code: "content_policy_violation" }),
    "expert-failed",
    false,
    "declines",
  ],
  [
    "OpenRouter, its policy",
    { status: 403, body: { error: { message: "Your input was flagged", code: 403 } } },
    "expert-failed",
    false,
    "declines",
  ],
  [
    "OpenAI, a model without eyes",
    refusal(400, "Invalid content type. image_url is only supported by certain models."),
    "expert-unavailable",
    false,
    "takes no such input",
  ],
  [
    "llama-server, no ears",
    { status: 501, body: { error: { code: 501, message: "The current model does not support audio input." } } },
    "expert-unavailable",
    false,
    "takes no such input",
  ],
  [
    "llama-server, loading",
    { status: 503, body: { error: { code: 503, message: "Loading model", type: "unavailable_error" } } },
    "expert-failed",
    true,
    "Loading",
  ],
  ["a plain text", { status: 500, body: { error: "it broke" } }, "expert-failed", true, "it broke"],
  [
    "FastAPI",
    { status: 422, body: { detail: [{ loc: ["body", "voice"], msg: "Field required" }] } },
    "expert-failed",
    false,
    "body.voice: Field required",
  ],
];

describe("an error in words", () => {
  it.each(told)("of %s", async (_who, reply, code, retryable, advice) => {
    const fault = await faultAfter(reply);
    expect(fault).toMatchObject({ code, retryable, message: expect.stringContaining(advice) });
  });

  it("is one line of a decent length, without the key", async () => {
    const fault = await faultAfter(
      refusal(401, `Incorrect API key provided:\n\t${KEY}.\u001b[31m ${"x".repeat(5000)}`),
    );
    expect(fault).toHaveProperty("message", expect.stringMatching(/^\P{Cc}{50,500}$/u));
    expect(fault).toHaveProperty("message", expect.stringContaining("[secret]"));
    expect(fault).toHaveProperty("message", expect.not.stringContaining(KEY));
  });
});

describe("when to ask again", () => {
  it.each([
    [{ "retry-after": "7" }, 7],
    [{ "retry-after-ms": "1500", "retry-after": "7" }, 1.5],
    [{ "retry-after": "soon" }, undefined],
    [{}, undefined],
  ])("is told as %j", async (headers, retryAfter) => {
    const fault = await faultAfter({ ...refusal(429, "Slow down."), headers });
    expect(fault).toMatchObject({ code: "expert-failed", retryable: true });
    expect(fault).toHaveProperty("retryAfter", retryAfter);
  });

  it("may be told as a date", async () => {
    const soon = new Date(Date.now() + 60_000).toUTCString();
    const fault = await faultAfter({ ...refusal(503, "Busy."), headers: { "retry-after": soon } });
    const { retryAfter } = fault as { retryAfter: number };
    expect(retryAfter).toBeGreaterThan(30);
    expect(retryAfter).toBeLessThanOrEqual(60);
  });

  it("is not told where it would not help", async () => {
    const fault = await faultAfter({ ...refusal(401, "No."), headers: { "retry-after": "7" } });
    expect(fault).toHaveProperty("retryAfter", undefined);
  });
});

describe("a connection", () => {
  it("that nobody takes makes the expert unfit", async () => {
    const url = "http://127.0.0.1:9";
    await expect(faultOf({ task: summarization, url, allowHosts: ["127.0.0.1:9"] }, inputs)).resolves.toMatchObject({
      code: "expert-unavailable",
    });
  });

  it("that breaks in the middle may be tried again", async () => {
    const url = await startServer((request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"choices":[{"delta":{"content":"Well"}}]}\n\n', () => response.destroy());
    });
    await expect(faultOf({ task: summarization, url }, inputs)).resolves.toMatchObject({
      code: "expert-failed",
      retryable: true,
    });
  });

  it("over which too much comes ends", async () => {
    const { url } = await startExpert(() => ({ body: "x".repeat(5000) }));
    const fault = await faultOf({ task: summarization, url, settings: { maxBytes: 1000 } }, inputs);
    expect(fault).toMatchObject({ code: "expert-failed", message: expect.stringContaining("settings.maxBytes") });
  });

  it("to another origin shows no key and no words", async () => {
    const { url: elsewhere, received } = await startExpert(() => ({ body: {} }));
    const { url } = await startExpert(() => ({ status: 307, headers: { location: `${elsewhere}/v1/x` }, body: "" }));
    await expect(faultOf({ task: summarization, url }, inputs)).resolves.toMatchObject({ code: "expert-failed" });
    expect(received).toEqual([]);
  });
});
