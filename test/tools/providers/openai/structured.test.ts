/** Is an answer in JSON what the task promises, whatever the server can be made to keep to? */
import { describe, expect, it } from "vitest";
import { defineTask } from "../../../../src/registry/task-spec.ts";
import { languageIdentification } from "../../../../tools/tasks/language-identification.ts";
import { sentimentAnalysis } from "../../../../tools/tasks/sentiment-analysis.ts";
import { zeroShotClassification } from "../../../../tools/tasks/zero-shot-classification.ts";
import { sample } from "../../builtin/run-expert.ts";
import { startExpert, type Received, type Reply } from "../http/connect-http.ts";
import {
  callOpenai,
  completion,
  connectOpenai,
  contextOf,
  faultOf,
  refusal,
  sentIn,
  streamed,
  wordsIn,
} from "./connect-openai.ts";

const inputs = { text: "The striker scored twice.", labels: "sports, state budget or cooking" };
const good = completion('{"sports": 92, "cooking": 1, "state budget": 7}');
const expected = {
  labels: [
    { label: "sports", score: 0.92 },
    { label: "state budget", score: 0.07 },
    { label: "cooking", score: 0.01 },
  ],
  text: "sports",
};

/** A server that refuses some fields; answers with `reply` where there is none of them. */
function refusing(refuse: (sent: Record<string, unknown>) => Reply | undefined, reply: Reply = good) {
  return startExpert((received) => refuse(sentIn(received)) ?? reply);
}

function formatsIn(received: readonly Received[]): unknown[] {
  return received.map((one) => (sentIn(one)["response_format"] as { type: string } | undefined)?.type);
}

describe("categories", () => {
  it("are asked for by a schema that names each of them, and come best first", async () => {
    const { url, received } = await startExpert(() => good);
    await expect(callOpenai({ task: zeroShotClassification, url }, inputs)).resolves.toEqual(expected);
    const share = { type: "integer", minimum: 0, maximum: 100 };
    expect(sentIn(received[0])["response_format"]).toEqual({
      type: "json_schema",
      json_schema: {
        name: "answer",
        strict: true,
        schema: {
          type: "object",
          properties: { sports: share, "state budget": share, cooking: share },
          required: ["sports", "state budget", "cooking"],
          additionalProperties: false,
        },
      },
    });
    expect(wordsIn(received[0])).toMatch(/The striker scored twice\.[^]*JSON/);
  });

  it("are taken from between other words, and from a stream", async () => {
    const pieces = [
      "Sure!\n```json\n",
      '{"sports": 92.4, "state',
      ' budget": 7, "cooking": 1}\n',
      "```\nAnything else?",
    ];
    const { url } = await startExpert(() => streamed(pieces));
    await expect(callOpenai({ task: zeroShotClassification, url }, inputs)).resolves.toEqual(expected);
  });

  it("of a mood are always the same three", async () => {
    const { url } = await startExpert(() => completion('{"positive": 5, "negative": 80, "neutral": 15}'));
    await expect(callOpenai({ task: sentimentAnalysis, url }, { text: "Cold food." })).resolves.toEqual({
      labels: [
        { label: "negative", score: 0.8 },
        { label: "neutral", score: 0.15 },
        { label: "positive", score: 0.05 },
      ],
      text: "negative (80 %)",
    });
  });

  it("of which there are not two are the caller's fault", async () => {
    const { url, received } = await startExpert(() => good);
    const fault = await faultOf({ task: zeroShotClassification, url }, { ...inputs, labels: "sports" });
    expect(fault).toMatchObject({ code: "bad-input" });
    expect(received).toEqual([]);
  });
});

describe("an answer that doesn't fit", () => {
  it.each([
    ["no JSON", "I think it is about sports.", "is not JSON"],
    ["a category left out", '{"sports": 92, "cooking": 1}', "state budget"],
    ["shares that are none", '{"sports": 920, "state budget": 7, "cooking": 1}', "sports"],
    ["a list", "[92, 7, 1]", "expected object"],
    ["a trap", '{"__proto__": {"sports": 92}}', "__proto__"],
  ])("(%s) is told to the model, which may mend it once", async (_what, answer, message) => {
    const { url, received } = await startExpert((_received, count) => (count === 1 ? completion(answer) : good));
    const context = await contextOf();
    await expect(callOpenai({ task: zeroShotClassification, url }, inputs, context)).resolves.toEqual(expected);
    expect(received).toHaveLength(2);
    const { messages } = sentIn(received[1]) as { messages: { role: string; content: string }[] };
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(messages[1]?.content).toBe(answer);
    expect(messages[2]?.content).toContain(message);
    expect(context.told).toHaveLength(2);
  });

  it("twice is the expert's failure, and none of its words are given out", async () => {
    const { url, received } = await startExpert(() => completion('{"sports": "very"}'));
    await expect(callOpenai({ task: zeroShotClassification, url }, inputs)).rejects.toMatchObject({
      code: "expert-failed",
      retryable: false,
      message: expect.stringContaining("tested-1 answers not as it was asked to"),
    });
    expect(received).toHaveLength(2);
  });

  it("since it was cut is not asked for again", async () => {
    const cut = completion('{"sports": 92, "state', { finish_reason: "length" });
    const { url, received } = await startExpert(() => cut);
    await expect(faultOf({ task: zeroShotClassification, url }, inputs)).resolves.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining("options.maxTokens"),
    });
    expect(received).toHaveLength(1);
  });
});

describe("a server that doesn't know a field", () => {
  const noSchemas = (sent: Record<string, unknown>): Reply | undefined =>
    JSON.stringify(sent["response_format"] ?? {}).includes("json_schema")
      ? refusal(400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.")
      : undefined;

  it("is asked for JSON without a schema, from then on at once", async () => {
    const { url, received } = await refusing(noSchemas);
    const expert = connectOpenai({ task: zeroShotClassification, url });
    for (let calls = 0; calls < 2; calls++) {
      await expect(expert.run(undefined, inputs, await contextOf())).resolves.toEqual(expected);
    }
    expect(formatsIn(received)).toEqual(["json_schema", "json_object", "json_object"]);
  });

  it.each([
    ["with words", { status: 422, body: { detail: [{ loc: ["body", "response_format"], msg: "Extra inputs" }] } }],
    ["without a word", { status: 400, body: "" }],
    [
      "as llama-cpp-python has it",
      {
        status: 500,
        body: { error: { message: "1 validation error:\n  {'loc': ('body', 'response_format', 'type')}" } },
      },
    ],
  ])("at all is asked in words alone (refusing %s)", async (_how, reply) => {
    const { url, received } = await refusing((sent) => (sent["response_format"] ? reply : undefined));
    await expect(callOpenai({ task: zeroShotClassification, url }, inputs)).resolves.toEqual(expected);
    expect(formatsIn(received)).toEqual(["json_schema", "json_object", undefined]);
    expect(wordsIn(received[2])).toContain('"state budget"');
  });

  it.each([
    [
      "max_tokens",
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      { max_completion_tokens: 60 },
    ],
    ["temperature", "Unsupported value: 'temperature' does not support 0.2 with this model.", {}],
    ["stream_options", "Extra inputs are not permitted: stream_options", {}],
    ["stream", "Your organization must be verified to stream this model.", {}],
  ])("called %s gets it otherwise or not at all", async (field, message, instead) => {
    const { url, received } = await refusing((sent) => (field in sent ? refusal(400, message) : undefined));
    const settings = { options: { maxTokens: 60, temperature: 0.2 } };
    const outputs = await callOpenai({ task: zeroShotClassification, url, settings }, inputs);
    expect(outputs).toEqual(expected);
    expect(received).toHaveLength(2);
    expect(sentIn(received[1])).not.toHaveProperty(field);
    expect(sentIn(received[1])).toMatchObject({ ...instead, response_format: { type: "json_schema" } });
  });

  it("may refuse one field after the other", async () => {
    const { url, received } = await refusing((sent) => {
      for (const field of ["temperature", "stream", "response_format"]) {
        if (field in sent) return refusal(400, `${field} is not supported`, { param: field });
      }
      return undefined;
    });
    const settings = { options: { temperature: 0 } };
    await expect(callOpenai({ task: zeroShotClassification, url, settings }, inputs)).resolves.toEqual(expected);
    expect(received).toHaveLength(5);
  });

  it("is not taken for one since a request was at fault", async () => {
    let isIll = true;
    const { url, received } = await refusing(() => (isIll ? { status: 400, body: "" } : undefined));
    const expert = connectOpenai({ task: zeroShotClassification, url });
    await expect(expert.run(undefined, inputs, await contextOf())).rejects.toMatchObject({ code: "expert-failed" });
    isIll = false;
    await expert.run(undefined, inputs, await contextOf());
    expect(formatsIn(received)).toEqual(["json_schema", "json_object", undefined, "json_schema"]);
  });
});

describe("a task of somebody's own", () => {
  const receipt = defineTask({
    id: "receipt-reading",
    title: "Receipts",
    description: "Read a receipt.",
    inputs: {
      image: { type: "image", description: "The receipt." },
      currency: { type: "text", description: "In which to give amounts.", optional: true },
    },
    outputs: {
      total: { type: "number", description: "The sum." },
      paid: { type: "boolean", description: "Whether it was paid." },
      items: { type: "table", description: "What was bought: name, price." },
      tags: { type: { list: "text" }, description: "Kinds of goods." },
      kinds: { type: "labels", description: "Kinds of shops." },
    },
  });
  const answer = {
    total: 12.5,
    paid: true,
    items: { columns: ["name", "price"], rows: [["tea", "12.50"]] },
    tags: ["drink"],
    kinds: [{ label: "café", score: 0.9 }],
  };

  it("is put by what it says of itself, and its outputs are checked", async () => {
    const { url, received } = await startExpert(() => completion(JSON.stringify({ ...answer, more: 1 })));
    const outputs = await callOpenai({ task: receipt, url }, { image: sample("note.png"), currency: "EUR {{total}}" });
    expect(outputs).toEqual(answer);
    const words = wordsIn(received[0]);
    for (const part of ["Read a receipt.", "EUR {{total}}", "What was bought", "total: The sum."]) {
      expect(words).toContain(part);
    }
    const { json_schema: sent } = sentIn(received[0])["response_format"] as { json_schema: { strict: boolean } };
    expect(sent).toMatchObject({
      strict: true,
      schema: { properties: { total: { type: "number" }, tags: { type: "array", items: { type: "string" } } } },
    });
  });

  it("fails where one of them is not of its type", async () => {
    const { url } = await startExpert(() => completion(JSON.stringify({ ...answer, total: "12.50 €" })));
    await expect(callOpenai({ task: receipt, url }, { image: sample("note.png") })).rejects.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining("output total"),
    });
  });

  it("of the vocabulary is put the same way", async () => {
    const labels = [{ label: "de", score: 1 }];
    const { url, received } = await startExpert(() => completion(JSON.stringify({ labels, text: "German" })));
    const outputs = await callOpenai({ task: languageIdentification, url }, { text: "Guten Tag" });
    expect(outputs).toEqual({ labels, text: "German" });
    expect(wordsIn(received[0])).toContain("ISO 639-1");
  });
});
