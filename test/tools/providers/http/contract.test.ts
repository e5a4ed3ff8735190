/** Is the contract on the wire what docs/http-experts.md says, in both directions, and for files of any size? */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defineTask } from "../../../../src/registry/task-spec.ts";
import { httpProvider } from "../../../../tools/providers/http/index.ts";
import { imageGrayscale } from "../../../../tools/tasks/image-grayscale.ts";
import { imageToText } from "../../../../tools/tasks/image-to-text.ts";
import { objectDetection } from "../../../../tools/tasks/object-detection.ts";
import { inputFile, sample } from "../../builtin/run-expert.ts";
import { callHttp, connectHttp, makeFolder, setupOf, startExpert, type Received } from "./connect-http.ts";

const coffee = sample("coffee.png");
const context = async () => ({ signal: new AbortController().signal, scratch: await makeFolder() });

function jsonOf({ body }: Received): unknown {
  return JSON.parse(body.toString());
}

async function formOf({ headers, body }: Received): Promise<FormData> {
  return new Response(new Uint8Array(body), { headers: { "content-type": headers["content-type"] ?? "" } }).formData();
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("a request", () => {
  it("is plain JSON, a small file in base64 among it, and what is not given is not there", async () => {
    const boxes = [{ label: "cup", score: 0.9, box: { xmin: 1, ymin: 2, xmax: 3, ymax: 4 } }];
    const { url, received } = await startExpert(() => ({ body: { outputs: { boxes, count: 1, text: "1 cup" } } }));
    const outputs = await callHttp({ task: objectDetection, url: `${url}/detect?v=2` }, { image: coffee });
    expect(outputs).toEqual({ boxes, count: 1, text: "1 cup" });
    expect(received[0]).toMatchObject({ method: "POST", path: "/detect?v=2" });
    expect(received[0]?.headers).toMatchObject({
      "content-type": "application/json",
      accept: "application/json, */*;q=0.5",
      "content-length": String(received[0]?.body.length),
    });
    expect(jsonOf(received[0]!)).toEqual({
      task: "object-detection",
      inputs: {
        image: { mediaType: "image/png", name: "coffee.png", data: await readFile(coffee.path, "base64") },
      },
    });
  });

  it("becomes a form for files that are too large together, each part whole and named after its input", async () => {
    const task = defineTask({
      ...imageToText,
      inputs: {
        image: { type: "image", description: "One." },
        others: { type: { list: "image" }, description: "More." },
        question: { type: "text", description: "What for." },
      },
    });
    const bytes = await readFile(coffee.path);
    const { url, received } = await startExpert(() => ({ body: { outputs: { text: "ok" } } }));
    const odd = { ...sample("rocket.jpg"), name: 'a "rocket"\r\n\u00fc.jpg' };
    const inputs = { image: coffee, others: [sample("note.png"), odd], question: "what?" };
    await callHttp({ task, url, settings: { inlineBytes: bytes.length } }, inputs);
    const form = await formOf(received[0]!);
    expect([...form.keys()]).toEqual(["request", "image", "others.0", "others.1"]);
    expect(JSON.parse(form.get("request") as string)).toEqual({
      task: "image-to-text",
      inputs: {
        image: { mediaType: "image/png", name: "coffee.png", part: "image" },
        others: [
          { mediaType: "image/png", name: "note.png", part: "others.0" },
          { mediaType: "image/jpeg", name: odd.name, part: "others.1" },
        ],
        question: "what?",
      },
    });
    const part = form.get("image") as File;
    expect(part).toMatchObject({ name: "coffee.png", type: "image/png" });
    expect(sha256(await part.bytes())).toBe(sha256(bytes));
    expect(sha256(await (form.get("others.1") as File).bytes())).toBe(sha256(await readFile(odd.path)));
  });

  it("stays JSON up to exactly the limit", async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, "a.png"), Buffer.alloc(1000, 1));
    const { url, received } = await startExpert(() => ({ body: { outputs: { text: "ok" } } }));
    const inputs = { image: inputFile(join(folder, "a.png")) };
    await callHttp({ task: imageToText, url, settings: { inlineBytes: 1000 } }, inputs);
    await callHttp({ task: imageToText, url, settings: { inlineBytes: 999 } }, inputs);
    expect(received.map(({ headers }) => headers["content-type"]?.split(";")[0])).toEqual([
      "application/json",
      "multipart/form-data",
    ]);
  });

  it("carries the settings' headers, and each secret under its name, as it is", async () => {
    const { url, received } = await startExpert(() => ({ body: { outputs: { text: "ok" } } }));
    const secrets = { Authorization: "Bearer correct-horse", "x-api-key": "battery" };
    await callHttp(
      { task: imageToText, url, secrets, settings: { headers: { "x-model": "large" } } },
      { image: coffee },
    );
    expect(received[0]?.headers).toMatchObject({
      authorization: "Bearer correct-horse",
      "x-api-key": "battery",
      "x-model": "large",
    });
  });
});

describe("an answer's file", () => {
  const picture = readFile(sample("rocket.jpg").path);

  it.each(["base64", "URL", "bare body"])("is taken as %s, and its type is what its bytes say", async (way) => {
    const bytes = await picture;
    const { url, received } = await startExpert(({ method }) => {
      const bare = { headers: { "content-type": "image/png" }, body: bytes };
      if (method === "GET" || way === "bare body") return bare;
      const image =
        way === "URL"
          ? { url: "results/1", name: "../../grey.jpg" }
          : { mediaType: "image/png", name: "../../grey.jpg", data: bytes.toString("base64") };
      return { body: { outputs: { image } } };
    });
    const call = await context();
    const outputs = await connectHttp({
      task: imageGrayscale,
      url: `${url}/v1/grey`,
      secrets: { "x-key": "sesame" },
    }).run(undefined, { image: coffee }, call);
    const file = outputs["image"] as { path: string; mediaType: string; name: string };
    expect(file).toMatchObject({ mediaType: "image/jpeg", name: way === "bare body" ? "image.jpg" : "grey.jpg" });
    expect(file.path.startsWith(`${call.scratch}/`)).toBe(true);
    expect(sha256(await readFile(file.path))).toBe(sha256(bytes));
    if (way === "URL") {
      expect(received[1]).toMatchObject({ method: "GET", path: "/v1/results/1", headers: { "x-key": "sesame" } });
    }
  });

  it("is never taken for the whole where the task gives more than a file", async () => {
    const { url } = await startExpert(() => ({ headers: { "content-type": "image/jpeg" }, body: "x" }));
    const task = defineTask({
      ...imageGrayscale,
      outputs: { ...imageGrayscale.outputs, text: { type: "text", description: "More." } },
    });
    await expect(callHttp({ task, url }, { image: coffee })).rejects.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining("(image/jpeg) is not JSON"),
    });
  });
});

describe("a batch", () => {
  const written = { task: imageToText, settings: { batch: true } } as const;

  it("goes in one request, and each call has its own result or error", async () => {
    const { url, received } = await startExpert(() => ({
      body: {
        batch: [
          { outputs: { text: "one" } },
          { error: { code: "bad-input", message: "too dark" } },
          { outputs: { text: 3 } },
          { error: { code: "expert-failed", message: "no luck", retryable: true } },
        ],
      },
    }));
    const expert = connectHttp({ ...written, url });
    const inputs = Array.from({ length: 4 }, () => ({ image: coffee }));
    const contexts = await Promise.all(inputs.map(context));
    const outcomes = await expert.runBatch!(undefined, inputs, contexts, new AbortController().signal);
    expect(outcomes[0]).toEqual({ text: "one" });
    expect(outcomes[1]).toMatchObject({ code: "bad-input", message: expect.stringContaining("too dark") });
    expect(outcomes[2]).toMatchObject({ code: "expert-failed", message: expect.stringContaining("output text") });
    expect(outcomes[3]).toMatchObject({ code: "expert-failed", retryable: true });
    expect(jsonOf(received[0]!)).toMatchObject({
      task: "image-to-text",
      batch: Array.from({ length: 4 }, () => ({ inputs: { image: { name: "coffee.png" } } })),
    });
  });

  it("goes as a form where its files are too large together, its parts told apart", async () => {
    const { url, received } = await startExpert(() => ({
      body: { batch: [{ outputs: { text: "one" } }, { outputs: { text: "two" } }] },
    }));
    const expert = connectHttp({ ...written, settings: { batch: true, inlineBytes: 0 }, url });
    const inputs = [{ image: coffee }, { image: sample("note.png") }];
    const contexts = await Promise.all(inputs.map(context));
    await expert.runBatch!(undefined, inputs, contexts, new AbortController().signal);
    const form = await formOf(received[0]!);
    expect([...form.keys()]).toEqual(["request", "batch.0.image", "batch.1.image"]);
    expect((form.get("batch.1.image") as File).name).toBe("note.png");
    expect(JSON.parse(form.get("request") as string)).toMatchObject({
      batch: [{ inputs: { image: { part: "batch.0.image" } } }, { inputs: { image: { part: "batch.1.image" } } }],
    });
  });

  it("fails as a whole where it isn't known whose fault it is", async () => {
    for (const body of [{ batch: [] }, { outputs: { text: "one" } }, { error: "all broke" }]) {
      const { url } = await startExpert(() => ({ body }));
      const run = connectHttp({ ...written, url }).runBatch!(
        undefined,
        [{ image: coffee }, { image: coffee }],
        [await context(), await context()],
        new AbortController().signal,
      );
      await expect(run).rejects.toMatchObject({ code: "expert-failed" });
    }
  });

  it("is there only where the card and the settings say so", () => {
    const url = "http://127.0.0.1/";
    expect(connectHttp({ task: imageToText, url })).not.toHaveProperty("runBatch");
    expect(() =>
      connectHttp({ task: imageToText, url, limits: { batch: { max: 4, waitMs: 0, memoryMiB: 0 } } }),
    ).toThrow("settings.batch");
  });
});

describe("a registration", () => {
  const url = "https://expert.example.com/run";

  it.each([
    [{ url: "ftp://expert.example" }],
    [{ url: "expert.example" }],
    [{}],
    [{ url, timeout: 3 }],
    [{ url, inlineBytes: -1 }],
    [{ url, healthUrl: "health" }],
  ])("with the settings %j is refused", (settings) => {
    expect(httpProvider.settings.safeParse(settings).success).toBe(false);
  });

  it.each([
    ["a private address that nobody allowed", { url: "http://127.0.0.1:8000" }, "allow"],
    ["a private health address", { url, settings: { healthUrl: "http://10.0.0.1/" } }, "allow"],
    ["an entry that allows nothing", { url, allowHosts: ["http://x"] }, "allows nothing"],
    ["a header of ours", { url, settings: { headers: { "Content-Length": "3" } } }, "Content-Length"],
    ["a secret among what is shown", { url, settings: { headers: { Authorization: "Basic x" } } }, "secrets"],
    ["a header twice", { url, settings: { headers: { "x-a": "1" } }, secrets: { "X-A": "2" } }, "twice"],
    ["a secret under no header's name", { url, secrets: { "api key": "2" } }, "api key"],
  ])("with %s is refused, saying what to change", (_what, written, message) => {
    expect(() => connectHttp({ task: imageToText, allowHosts: [], ...written })).toThrow(
      expect.objectContaining({ code: "bad-input", message: expect.stringContaining(message) }),
    );
  });

  it("never quotes a secret that can't be sent", () => {
    const connect = () => connectHttp({ task: imageToText, url, secrets: { authorization: "Bearer hush\nhush" } });
    expect(connect).toThrow(
      expect.objectContaining({ code: "bad-input", message: expect.not.stringContaining("hush") }),
    );
  });

  it("is named after its host: paths may hold secrets", () => {
    expect(httpProvider.model(setupOf({ task: imageToText, url: `${url}/secret` }).settings)).toBe(
      "expert.example.com",
    );
  });
});

describe("a probe", () => {
  const signal = new AbortController().signal;

  it("asks with the secrets, and says nothing where there is no way to ask", async () => {
    const { url, received } = await startExpert(() => ({ body: { status: "ok" } }));
    const secrets = { authorization: "Bearer sesame" };
    await httpProvider.probe!(setupOf({ task: imageToText, url, secrets }), signal);
    expect(received).toEqual([]);
    const settings = { healthUrl: `${url}/health` };
    await httpProvider.probe!(setupOf({ task: imageToText, url, secrets, settings }), signal);
    expect(received[0]).toMatchObject({ method: "GET", path: "/health", headers: { authorization: "Bearer sesame" } });
  });

  it("tells why an expert can't be had", async () => {
    const { url } = await startExpert(() => ({ status: 503, body: { error: "still loading" } }));
    const ill = setupOf({ task: imageToText, url, settings: { healthUrl: `${url}/health` } });
    await expect(httpProvider.probe!(ill, signal)).rejects.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringContaining("503: still loading"),
    });
  });
});
