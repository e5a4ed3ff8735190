/** Does every way in which a call goes wrong end in the right code, with what to do, in time, and without the token? */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { TuttiError } from "../../../../src/errors.ts";
import { automaticSpeechRecognition } from "../../../../tools/tasks/automatic-speech-recognition.ts";
import { imageClassification } from "../../../../tools/tasks/image-classification.ts";
import { knownTasks } from "../../../../tools/tasks/index.ts";
import { summarization } from "../../../../tools/tasks/summarization.ts";
import { textGeneration } from "../../../../tools/tasks/text-generation.ts";
import { textToImage } from "../../../../tools/tasks/text-to-image.ts";
import { sample } from "../../builtin/run-expert.ts";
import { startExpert, startServer, type Reply } from "../http/connect-http.ts";
import { callHub, served, startHub, TOKEN } from "./connect-hub.ts";

const task = summarization;
const inputs = { text: "Long." };

async function faultOf(reply: Reply, written: object = {}): Promise<TuttiError> {
  const hub = await startHub(served("summarization"), () => reply);
  const error = await callHub({ task, settings: hub.settings, ...written }, inputs).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TuttiError);
  return error as TuttiError;
}

describe("an answer that is no success", () => {
  it.each([
    ["a wrong token", 401, { error: "Invalid username or password." }, "expert-unavailable", false, "secrets.token"],
    ["no permission", 403, { error: "no sufficient permissions" }, "expert-unavailable", false, "Inference Providers"],
    [
      "no money",
      402,
      { error: "You have exceeded your monthly included credits for Inference Providers." },
      "expert-unavailable",
      false,
      "billTo",
    ],
    ["too many requests", 429, { error: "Rate limited" }, "expert-failed", true, "too many requests"],
    [
      "a cold model",
      503,
      { error: "Model x is currently loading", estimated_time: 20 },
      "expert-failed",
      true,
      "loaded",
    ],
    ["an overloaded server", 503, "Service Unavailable", "expert-failed", true, "503"],
    ["a server that broke", 500, { error: "CUDA out of memory" }, "expert-failed", true, "CUDA out of memory"],
    ["a gateway's page", 504, "<html><body>Gateway Timeout</body></html>", "expert-failed", true, "answers 504"],
    ["a wrong input", 422, { error: ["`inputs` is required"] }, "bad-input", false, "`inputs` is required"],
    ["a file that is too large", 413, "Payload Too Large", "bad-input", false, "413"],
    ["a model that is gone", 404, "Not Found", "expert-unavailable", false, "settings.endpointUrl"],
    [
      "a model that nobody runs",
      400,
      {
        error: {
          message: "The requested model 'x' is not supported by any provider you have enabled.",
          code: "model_not_supported",
        },
      },
      "expert-unavailable",
      false,
      "settings.endpointUrl",
    ],
    ["an odd status", 418, {}, "expert-failed", false, "418"],
  ])("for %s is sorted", async (_what, status, body, code, retryable, message) => {
    const fault = await faultOf({ status, body });
    expect(fault).toMatchObject({ code, retryable, message: expect.stringContaining(message) });
    expect(fault.message).not.toContain("<html>");
  });

  it("says when to come back", async () => {
    expect(await faultOf({ status: 429, headers: { "retry-after": "7" }, body: {} })).toMatchObject({ retryAfter: 7 });
    const cold = { status: 503, body: { error: "Model x is currently loading", estimated_time: 42.5 } };
    expect(await faultOf(cold)).toMatchObject({ retryAfter: 42.5 });
  });

  it("is asked for once: who tries again is for others to decide", async () => {
    const hub = await startHub(served("summarization"), () => ({ status: 503, body: { error: "loading" } }));
    await expect(callHub({ task, settings: hub.settings }, inputs)).rejects.toMatchObject({ retryable: true });
    expect(hub.received.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("of an endpoint that is paused says to resume it", async () => {
    const { url } = await startExpert(() => ({ status: 400, body: { error: "Bad Request: Endpoint is paused" } }));
    await expect(callHub({ task, settings: { endpointUrl: url } }, inputs)).rejects.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringContaining("resume"),
    });
  });

  it("never repeats the token, nor what was sent", async () => {
    const fault = await faultOf({ status: 500, body: { error: `bad token ${TOKEN} for Long.\u0007\nline two` } });
    expect(fault.message).toContain("bad token [secret] for Long. line two");
    expect(JSON.stringify([fault, String(fault.cause)])).not.toContain(TOKEN);
  });
});

describe("an answer that is none", () => {
  it.each([
    ["HTML", { body: "<html>", headers: { "content-type": "text/html" } }],
    ["an empty body", { body: "", headers: { "content-type": "application/json" } }],
    ["broken JSON", { body: '{"a":', headers: { "content-type": "application/json" } }],
    ["another shape", { body: { generated_text: 1 } }],
    ["null", { body: "null", headers: { "content-type": "application/json" } }],
    ["a list of null", { body: "[null]", headers: { "content-type": "application/json" } }],
    ["deep nesting", { body: "[".repeat(10_000), headers: { "content-type": "application/json" } }],
    [
      "a prototype",
      { body: '[{"__proto__": {"summary_text": "x"}}]', headers: { "content-type": "application/json" } },
    ],
  ])("is a fault of the expert (%s)", async (_what, reply) => {
    expect(await faultOf(reply)).toMatchObject({ code: "expert-failed" });
  });

  it("is told for every task, whatever comes", async () => {
    const image = sample("coffee.png");
    const given = {
      text: "a",
      other: "b",
      context: "a",
      question: "b",
      labels: "a, b",
      image,
      images: [image],
      audio: image,
    };
    for (const known of knownTasks) {
      for (const body of ["null", "[]", "{}", "[[]]", '"x"', "[1]", '[{"label":1}]', '{"output":[1]}']) {
        const { url } = await startExpert(() => ({ body, headers: { "content-type": "application/json" } }));
        const settings = { endpointUrl: url, api: "task" } as const;
        const error = await callHub({ task: known, settings }, given).catch((thrown: unknown) => thrown);
        // An empty list is a list of labels or things, and nothing found is an answer.
        if (!(error instanceof Error)) continue;
        expect(error, `${known.id} ${body}`).toBeInstanceOf(TuttiError);
        expect((error as TuttiError).code, `${known.id} ${body}`).toMatch(/^(expert-failed|bad-input)$/);
      }
    }
  }, 60_000);

  it("is no picture only because it is bytes", async () => {
    const hub = await startHub(served("text-to-image"), () => ({
      body: "<svg/>",
      headers: { "content-type": "image/png" },
    }));
    await expect(callHub({ task: textToImage, settings: hub.settings }, { text: "x" })).rejects.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining("output image"),
    });
  });

  it("is read up to its limit", async () => {
    const body = [{ summary_text: "x".repeat(50_000) }];
    const hub = await startHub(served("summarization"), () => ({ body }));
    const settings = { maxBytes: 10_000, ...hub.settings };
    await expect(callHub({ task, settings }, inputs)).rejects.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining("settings.maxBytes"),
    });
  });

  it("of a model that chats is a refusal or nothing", async () => {
    const completion = (message: object, more: object = {}) => ({
      body: { id: "1", created: 1, model: "m", usage: {}, choices: [{ message, ...more }] },
    });
    for (const [reply, words] of [
      [completion({ content: null, refusal: "I can't." }), "declines"],
      [completion({ content: "half" }, { finish_reason: "content_filter" }), "declines"],
      [completion({ content: "" }), "gave no answer"],
    ] as const) {
      const { url } = await startExpert(() => reply);
      const call = callHub({ task: textGeneration, settings: { endpointUrl: url } }, inputs);
      await expect(call).rejects.toMatchObject({ code: "expert-failed", message: expect.stringContaining(words) });
    }
  });
});

describe("a call", () => {
  const hanging = () => startServer(() => {});

  it("is given up when it is not wanted any more", async () => {
    const settings = { endpointUrl: await hanging() };
    const controller = new AbortController();
    const call = callHub({ task, settings }, inputs, controller.signal);
    await sleep(50);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "canceled" });
  });

  it("is given up in the middle of waiting for a result, too", async () => {
    const hub = await startHub(served("text-to-image", "fal-ai", "fal-ai/flux"), ({ path }) =>
      path.includes("/status")
        ? { body: { status: "IN_PROGRESS" } }
        : { body: { request_id: "1", status: "IN_QUEUE", response_url: "https://queue.fal.run/a/requests/1" } },
    );
    const controller = new AbortController();
    const call = callHub({ task: textToImage, settings: hub.settings }, { text: "x" }, controller.signal);
    await sleep(700);
    controller.abort(new TuttiError("canceled", "the run was canceled"));
    await expect(call).rejects.toMatchObject({ code: "canceled", message: "the run was canceled" });
    const asked = hub.received.length;
    await sleep(700);
    expect(hub.received).toHaveLength(asked);
  });

  it("has its limit, also over all of its requests together", async () => {
    const settings = { endpointUrl: await hanging() };
    await expect(callHub({ task, settings, timeoutMs: 200 }, inputs)).rejects.toMatchObject({
      code: "timeout",
      retryable: true,
    });
    const hub = await startHub(served("text-to-image", "fal-ai", "fal-ai/flux"), ({ path }) =>
      path.includes("/status")
        ? { body: { status: "IN_PROGRESS" } }
        : { body: { request_id: "1", status: "IN_QUEUE", response_url: "https://queue.fal.run/a/requests/1" } },
    );
    const call = callHub({ task: textToImage, settings: hub.settings, timeoutMs: 1200 }, { text: "x" });
    await expect(call).rejects.toMatchObject({ code: "timeout" });
  });

  it("to where nobody answers is retried by others", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const settings = { endpointUrl: `http://127.0.0.1:${(free.address() as AddressInfo).port}/` };
    free.close();
    await once(free, "close");
    const call = callHub({ task: imageClassification, settings }, { image: sample("coffee.png") });
    await expect(call).rejects.toMatchObject({ code: "expert-unavailable", retryable: true });
  });

  it("with a kind of file that its provider does not take goes to another expert", async () => {
    const hub = await startHub(served("automatic-speech-recognition", "fal-ai", "fal-ai/whisper"), () => ({}));
    const audio = { ...sample("coffee.png"), mediaType: "audio/flac" };
    await expect(
      callHub({ task: automaticSpeechRecognition, settings: hub.settings }, { audio }),
    ).rejects.toMatchObject({ code: "expert-failed", retryable: false });
  });
});
