/** Does a vision-language model on a server do the tasks, as its wire format has it, and do its faults become ours? */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectVlm, type VlmOptions } from "../../../tools/vlm/connect-vlm.ts";
import { backendOf, startChatServer, streamWords, type ChatServer } from "./chat-server.ts";

let server: ChatServer;
let image: { path: string; mediaType: string; name: string };

beforeAll(async () => {
  const path = join(await mkdtemp(join(tmpdir(), "tutti-vlm-")), "wall.png");
  await sharp({ create: { width: 3000, height: 1500, channels: 3, background: "#c03020" } })
    .png()
    .toFile(path);
  image = { path, mediaType: "image/png", name: "wall.png" };
});
beforeEach(async () => {
  server = await startChatServer("A red wall.");
});
afterEach(() => server.close());

async function call(
  task: string,
  inputs: Record<string, unknown>,
  options: Partial<VlmOptions> = {},
  signal = new AbortController().signal,
) {
  const expert = connectVlm(task, { open: () => Promise.resolve(backendOf(server)), ...options });
  return expert.run(await expert.load(), inputs, { signal, scratch: "/nowhere" });
}

/** What stands in the last message. */
function asked() {
  const content = server.asked.at(-1)?.messages.at(-1)?.content ?? [];
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return {
    text: parts.flatMap((part) => part.text ?? []).join("\n"),
    pictures: parts.flatMap((part) => ("image_url" in part && part.image_url ? [part.image_url] : [])),
  };
}

describe("tasks", () => {
  it("caption: one picture, made smaller, and the question", async () => {
    expect(await call("image-to-text", { image })).toEqual({ text: "A red wall." });
    expect(server.asked).toMatchObject([{ model: "test-vlm", stream: true, max_tokens: 512 }]);
    const { text, pictures } = asked();
    expect(text).toBe("Describe the image in one sentence.");
    const [picture] = pictures;
    expect(picture?.detail).toBe("low");
    const bytes = Buffer.from(picture?.url.replace("data:image/jpeg;base64,", "") ?? "", "base64");
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 1568, height: 784, format: "jpeg" });
  });

  it("question: in the words of whoever asks", async () => {
    server.answers = ["red"];
    const question = "What colour is the wall?\n{{question}}";
    expect(await call("visual-question-answering", { image, question })).toEqual({ text: "red" });
    expect(asked().text).toContain(question);
    await expect(call("visual-question-answering", { image, question: " " })).rejects.toMatchObject({
      code: "bad-input",
    });
  });

  it("document: in high detail", async () => {
    server.answers = ["42 EUR"];
    expect(await call("document-question-answering", { image, question: "Total?" })).toEqual({ text: "42 EUR" });
    expect(asked().pictures[0]?.detail).toBe("high");
  });

  it("categories: only one of those that were named", async () => {
    server.answers = ["It is **Red**."];
    expect(await call("zero-shot-image-classification", { image, labels: "blue, red" })).toEqual({
      text: "red",
      labels: [
        { label: "red", score: 1 },
        { label: "blue", score: 0 },
      ],
    });
    server.answers = ["purple"];
    await expect(call("zero-shot-image-classification", { image, labels: "blue, red" })).rejects.toMatchObject({
      code: "expert-failed",
      message: 'The model was to choose one of blue, red; "purple" names none of them.',
    });
  });

  it("one category: whether it is there", async () => {
    server.answers = ["Yes.", "no"];
    expect(await call("zero-shot-image-classification", { image, labels: "umbrella" })).toEqual({
      text: "umbrella",
      labels: [{ label: "umbrella", score: 1 }],
    });
    expect(asked().text).toContain("Is there an umbrella in the image?");
    expect(await call("zero-shot-image-classification", { image, labels: "a dog" })).toMatchObject({
      text: "no dog",
    });
    expect(asked().text).toContain("Is there a dog in the image?");
  });

  it("places: in pixels of the picture as it was given", async () => {
    server.answers = ['[{"label": "Brick", "box": [0, 500, 100, 1000]}]'];
    expect(await call("zero-shot-object-detection", { image, labels: "brick, door" })).toEqual({
      boxes: [{ label: "brick", score: 1, box: { xmin: 0, ymin: 750, xmax: 300, ymax: 1500 } }],
      count: 1,
      text: "1 brick, no door",
    });
    server.answers = ['[{"label": "brick", "box": [0, 392, 156.8, 784]}]'];
    const inPixels = await call("object-detection", { image }, { boxUnit: "pixels" });
    expect(inPixels).toMatchObject({ boxes: [{ box: { xmin: 0, ymin: 750, xmax: 300, ymax: 1500 } }] });
    expect(asked().text).toContain("All four are pixels of the image.");
  });
});

describe("instructions", () => {
  it("are about several pictures, in order", async () => {
    await call("image-text-to-text", { images: [image, image], text: "Which is larger?" });
    const { text, pictures } = asked();
    expect(text).toBe("Which is larger?");
    expect(pictures).toHaveLength(2);
  });

  it("follow examples, which go before them as turns", async () => {
    const examples = ["zorp", { question: "And this?", answer: "dax" }];
    await call("image-text-to-text", { images: [image], text: "What is it?", exampleImages: [image, image], examples });
    const turns = server.asked[0]?.messages.map(({ role, content }) => [
      role,
      typeof content === "string" ? content : content.map(({ type, text }) => text ?? type).join(" | "),
    ]);
    expect(turns).toEqual([
      ["user", "image_url | What is it?"],
      ["assistant", "zorp"],
      ["user", "image_url | And this?"],
      ["assistant", "dax"],
      ["user", "image_url | What is it?"],
    ]);
  });

  it.each([
    [{ examples: ["one"] }, /there are 1 examples and 0 pictures/],
    [{ examples: "zorp" }, /must be a list of answers/],
    [{ examples: [{ question: "What?" }], exampleImages: [] }, /wrong: examples\.0/],
    [{ images: [] }, /no picture/],
    [{ style: "poetry" }, /There is no style “poetry”; there are conversation, detailed description/],
  ])("are refused with %j", async (inputs, message) => {
    await expect(call("image-text-to-text", { images: [image], text: "Go.", ...inputs })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(message),
    });
    expect(server.asked).toEqual([]);
  });

  it.each([
    ["conversation", "friendly and natural tone"],
    ["Detailed-Description", "in rich detail"],
    ["complex reasoning", "step by step"],
  ])("are answered in the style of a %s", async (style, words) => {
    await call("image-text-to-text", { images: [image], text: "What is odd here?", style });
    expect(asked().text).toContain(words);
    expect(asked().text).toContain("What is odd here?");
  });
});

describe("the wire", () => {
  const caption = (signal?: AbortSignal) => call("image-to-text", { image }, {}, signal);

  it("streams: pieces come as the server writes them", async () => {
    const written = Promise.withResolvers<void>();
    server.answers = [
      (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write('data: {"choices":[{"delta":{"content":"A red"}}]}\n\n');
        void written.promise.then(() =>
          response.end('data: {"choices":[{"delta":{"content":" wall"}}]}\r\n\r\ndata: [DONE]\n\n'),
        );
      },
    ];
    const request = { messages: [], maxTokens: 5, detail: "low", signal: new AbortController().signal } as const;
    const pieces: string[] = [];
    for await (const piece of backendOf(server).generate(request)) {
      pieces.push(piece);
      written.resolve();
    }
    expect(pieces).toEqual(["A red", " wall"]);
  });

  it("may come whole", async () => {
    server.answers = [
      (_, response) => {
        const choices = [{ message: { content: "A wall." }, finish_reason: "stop" }];
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ choices }));
      },
    ];
    expect(await caption()).toEqual({ text: "A wall." });
  });

  it("is let go of when the step is canceled", async () => {
    const stop = new AbortController();
    server.answers = [
      (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write('data: {"choices":[{"delta":{"content":"A"}}]}\n\n', () => stop.abort());
      },
    ];
    await expect(caption(stop.signal)).rejects.toMatchObject({ code: "canceled" });
    await expect.poll(() => server.abandoned).toBe(1);
  });

  it("carries the key, and what a server wants besides", async () => {
    const extra = { max_tokens: null, max_completion_tokens: 64, seed: 7 };
    const open = () => Promise.resolve(backendOf(server, { headers: { authorization: "Bearer secret" }, extra }));
    await call("image-to-text", { image }, { open });
    expect(server.authorizations).toEqual(["Bearer secret"]);
    expect(server.asked[0]).toMatchObject({ max_completion_tokens: 64, seed: 7 });
    expect(server.asked[0]).not.toHaveProperty("max_tokens");
  });

  const status = (code: number, body: string) => [
    (_: unknown, response: Parameters<typeof streamWords>[0]) => void response.writeHead(code).end(body),
  ];

  it.each([
    [
      "a key that is refused",
      status(401, '{"error":{"message":"Incorrect API key: sk-123"}}'),
      "expert-unavailable",
      false,
    ],
    ["no such model", status(404, '{"error":{"message":"no model"}}'), "expert-unavailable", false],
    ["too many pictures", status(400, '{"error":{"message":"At most 1 image"}}'), "bad-input", false],
    ["too many requests", status(429, "slow down"), "expert-failed", true],
    ["a server that broke", status(500, "<html>"), "expert-failed", true],
    ["HTML", status(200, "<html>"), "expert-failed", false],
    ["nothing said", ["  "], "expert-failed", true],
  ] as const)("tells of %s", async (_, answers, code, retryable) => {
    server.answers = [...answers];
    await expect(caption()).rejects.toMatchObject({ code, retryable, message: expect.not.stringContaining("sk-123") });
  });

  it("tells of an error in the middle, of a refusal, and of a connection that broke", async () => {
    server.answers = [
      (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.end(
          'data: {"choices":[{"delta":{"content":"A"}}]}\n\ndata: {"error":{"message":"out of memory"}}\n\n',
        );
      },
      (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.end('data: {"choices":[{"delta":{},"finish_reason":"content_filter"}]}\n\n');
      },
      (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write('data: {"choices":[{"delta":{"content":"A"}}]}\n\n', () => response.destroy());
      },
    ];
    await expect(caption()).rejects.toThrow(/out of memory/);
    await expect(caption()).rejects.toThrow(/declines to answer/);
    await expect(caption()).rejects.toMatchObject({ code: "expert-failed", retryable: true });
  });

  it("is not waited for where nobody listens", async () => {
    const open = () => Promise.resolve(backendOf({ url: "http://127.0.0.1:9/v1" }));
    await expect(call("image-to-text", { image }, { open })).rejects.toMatchObject({
      code: "expert-failed",
      retryable: true,
    });
  });
});

it("answers several at once, each for itself", async () => {
  server.answers = [(request, response) => streamWords(response, request.messages.length === 1 ? "fine" : "")];
  const expert = connectVlm("visual-question-answering", { open: () => Promise.resolve(backendOf(server)) });
  const context = { signal: new AbortController().signal, scratch: "/nowhere" };
  const inputs = [
    { image, question: "Is it red?" },
    { image, question: "" },
    { image, question: "Is it?" },
  ];
  const outcomes = await expert.runBatch?.(await expert.load(), inputs, [context, context, context], context.signal);
  expect(outcomes).toEqual([{ text: "fine" }, expect.objectContaining({ code: "bad-input" }), { text: "fine" }]);
});

it("does only what can be asked of it", () => {
  const open = () => Promise.reject(new Error("never opened"));
  expect(() => connectVlm("text-to-speech", { open })).toThrow(/does not do text-to-speech; it does image-to-text/);
});
