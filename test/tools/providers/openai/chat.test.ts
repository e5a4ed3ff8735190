/** Is what the model is told really what the task says, and what it answers told whole, and nothing else? */
import { describe, expect, it } from "vitest";
import { questionAnswering } from "../../../../tools/tasks/question-answering.ts";
import { summarization } from "../../../../tools/tasks/summarization.ts";
import { textGeneration } from "../../../../tools/tasks/text-generation.ts";
import { translation } from "../../../../tools/tasks/translation.ts";
import { startExpert, startServer } from "../http/connect-http.ts";
import {
  callOpenai,
  completion,
  connectOpenai,
  contextOf,
  faultOf,
  KEY,
  refusal,
  sentIn,
  streamed,
  wordsIn,
} from "./connect-openai.ts";

describe("a chat", () => {
  it("is asked with the key, the options and what else the settings say", async () => {
    const { url, received } = await startExpert(() => streamed(["The ", "sea."]));
    const settings = {
      options: { temperature: 0.2, maxTokens: 50, topP: 0.9, seed: 7 },
      extra: { reasoning_effort: "low", stream_options: null },
      headers: { "x-title": "Tutti" },
    };
    const outputs = await callOpenai({ task: textGeneration, url, settings }, { text: "Write of the sea." });
    expect(outputs).toEqual({ text: "The sea." });
    expect(received[0]).toMatchObject({
      method: "POST",
      path: "/v1/chat/completions",
      headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", "x-title": "Tutti" },
    });
    expect(sentIn(received[0])).toEqual({
      model: "tested-1",
      messages: [{ role: "user", content: "Write of the sea." }],
      temperature: 0.2,
      top_p: 0.9,
      max_tokens: 50,
      seed: 7,
      reasoning_effort: "low",
      stream: true,
    });
  });

  it("needs no key where the server asks for none", async () => {
    const { url, received } = await startExpert(() => completion("ok"));
    await callOpenai({ task: textGeneration, url: `${url}/`, secrets: {} }, { text: "hi" });
    expect(received[0]?.headers).not.toHaveProperty("authorization");
  });

  it.each([
    ["whole", completion(" The sea.\n")],
    [
      "in parts",
      completion([
        { type: "text", text: "The " },
        { type: "text", text: "sea." },
      ]),
    ],
    ["streamed", streamed(["The ", "sea", "."])],
    ["streamed without an end", streamed(["The ", "sea", "."], "")],
    ["after thoughts", streamed(["<think>hmm, ", "what?</think>\n\n", "The sea."])],
  ])("that answers %s is read", async (_how, reply) => {
    const { url } = await startExpert(() => reply);
    await expect(callOpenai({ task: textGeneration, url }, { text: "hi" })).resolves.toEqual({ text: "The sea." });
  });

  it("is read from pieces that are cut anywhere, even in a letter", async () => {
    const whole = Buffer.from(String(streamed(["Käse für 3 €: ", "teuer 🧀"]).body).replaceAll("\n", "\r\n"));
    const url = await startServer((request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/event-stream" });
      const write = (at: number): unknown =>
        at < whole.length ? response.write(whole.subarray(at, at + 11), () => write(at + 11)) : response.end();
      write(0);
    });
    await expect(callOpenai({ task: textGeneration, url }, { text: "hi" })).resolves.toEqual({
      text: "Käse für 3 €: teuer 🧀",
    });
  });

  it("that ends before it begins is asked again for the reason", async () => {
    const { url, received } = await startExpert((one) =>
      "stream" in sentIn(one)
        ? { headers: { "content-type": "text/event-stream" }, body: "" }
        : refusal(400, "This model's maximum context length is 512 tokens."),
    );
    await expect(faultOf({ task: textGeneration, url }, { text: "hi" })).resolves.toMatchObject({ code: "bad-input" });
    expect(received).toHaveLength(2);
  });

  it("tells once what it took, also where the server does with every piece", async () => {
    const usage = (count: number) => ({ prompt_tokens: 12, completion_tokens: count });
    const body = [1, 2, 3]
      .map((count) => `data: ${JSON.stringify({ choices: [{ delta: { content: "a" } }], usage: usage(count) })}\n\n`)
      .join("");
    for (const reply of [{ headers: { "content-type": "text/event-stream" }, body }, streamed(["a", "b", "c"])]) {
      const { url } = await startExpert(() => reply);
      const context = await contextOf();
      await callOpenai({ task: textGeneration, url }, { text: "hi" }, context);
      expect(context.told).toHaveLength(1);
      expect(context.told[0]).toMatchObject({ inputTokens: 12, outputTokens: 3 });
    }
  });

  it("that is not wanted any more ends at the server, too", async () => {
    const closed = Promise.withResolvers<void>();
    const controller = new AbortController();
    const url = await startServer((_request, response) => {
      response.on("close", () => closed.resolve());
      response.writeHead(200, { "content-type": "text/event-stream" });
      const chunk = { choices: [{ delta: { content: "On and on" } }] };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`, () => controller.abort());
    });
    const call = callOpenai({ task: textGeneration, url }, { text: "hi" }, await contextOf(controller.signal));
    await expect(call).rejects.toMatchObject({ code: "canceled" });
    await closed.promise;
  });

  it("that takes longer than the expert may is a timeout", async () => {
    const url = await startServer((request) => void request.resume());
    const written = { task: textGeneration, url, limits: { timeoutMs: 200 } };
    await expect(faultOf(written, { text: "hi" })).resolves.toMatchObject({ code: "timeout", retryable: true });
  });
});

describe("an answer that is none", () => {
  it.each([
    ["empty", completion(""), "no answer", true],
    ["nothing but thoughts", streamed(["<think>hmm"]), "no answer", true],
    ["cut before it began", completion("", { finish_reason: "length" }), "options.maxTokens", false],
    [
      "a refusal",
      completion(null, { message: { content: null, refusal: `I won't,\n${KEY}.` } }),
      "I won't, [secret].",
      false,
    ],
    ["filtered", completion("Well", { finish_reason: "content_filter" }), "declines", false],
    ["of another kind", { body: { object: "list", data: [], choices: 3 } }, "no completion", false],
    ["a page", { headers: { "content-type": "text/html" }, body: "<h1>Welcome</h1>" }, "not JSON", false],
    ["an error after all", { body: { error: { message: "overloaded", code: 502 } } }, "502: overloaded", true],
    ["an error in the middle", streamed(["Well, "], 'data: {"error":{"message":"it broke"}}\n\n'), "it broke", true],
  ])("(%s) is told as such", async (_what, reply, message, retryable) => {
    const { url } = await startExpert(() => reply);
    const fault = await faultOf({ task: textGeneration, url }, { text: "hi" });
    expect(fault).toMatchObject({ code: "expert-failed", retryable, message: expect.stringContaining(message) });
    expect(fault).toHaveProperty("message", expect.not.stringContaining(KEY));
  });

  it("never shows the key, even where the server repeats it", async () => {
    const { url } = await startExpert(() => completion(`Your key is ${KEY}.`));
    const outputs = await callOpenai({ task: textGeneration, url }, { text: "hi" });
    expect(outputs).toEqual({ text: "Your key is [secret]." });
  });
});

describe("a prompt", () => {
  it("holds the inputs of the task, and what to do where one is not given", async () => {
    const { url, received } = await startExpert(() => completion("ok"));
    await callOpenai({ task: translation, url }, { text: "Guten Tag", language: "French" });
    await callOpenai({ task: translation, url }, { text: "Guten Tag" });
    await callOpenai({ task: questionAnswering, url }, { context: "Ann is 7.", question: "How old is Ann?" });
    await callOpenai({ task: summarization, url }, { text: "Long {{text}} and $& and $1." });
    expect(received.map(wordsIn)).toEqual([
      expect.stringMatching(/into French\.[^]*Guten Tag$/),
      expect.stringMatching(/into English\.[^]*Guten Tag$/),
      expect.stringMatching(/Ann is 7\.[^]*How old is Ann\?$/),
      expect.stringMatching(/Long \{\{text\}\} and \$& and \$1\.$/),
    ]);
  });

  it("may be the admin's own", async () => {
    const { url, received } = await startExpert(() => completion("ok"));
    const settings = { prompt: "Übersetze nach {{ language }}: {{text}}" };
    await callOpenai({ task: translation, url, settings }, { text: "Good {{language}} day", language: "Latein" });
    await callOpenai({ task: translation, url, settings }, { text: "Good day" });
    expect(received.map(wordsIn)).toEqual([
      "Übersetze nach Latein: Good {{language}} day",
      "Übersetze nach : Good day",
    ]);
  });

  it.each([
    ["Translate {{txt}} {{text}}", "no input txt; it has text, language"],
    ["Translate!", "leaves out {{text}}"],
  ])("(%s) that doesn't fit its task is refused", (prompt, message) => {
    const written = { task: translation, url: "http://127.0.0.1", settings: { prompt } };
    expect(() => connectOpenai(written)).toThrow(
      expect.objectContaining({ code: "bad-input", message: expect.stringContaining(message) }),
    );
  });

  it("of nothing is the caller's fault, and nobody is asked", async () => {
    const { url, received } = await startExpert(() => completion("ok"));
    for (const task of [summarization, textGeneration]) {
      await expect(faultOf({ task, url }, { text: " \n" })).resolves.toMatchObject({ code: "bad-input" });
    }
    expect(received).toEqual([]);
  });
});
