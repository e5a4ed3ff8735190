/**
 * Does a model come whole from a hub, through whatever goes wrong on the way, and never come twice? And does a hub that
 * isn't there hold anybody up?
 */
import { mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { transformersProvider } from "../../../../tools/providers/transformers/index.ts";
import type { ProviderEnvironment } from "../../../../src/registry/provider-setup.ts";
import { open, setupFor } from "./call-provider.ts";
import { COMMIT, sendPart, startHub, type LoopbackHub } from "./loopback-hub.ts";
import { sumUp, table, textGraph, tokenizerOf, writeModel } from "./tiny-models.ts";

const MODEL = "acme/feelings";
let hub: LoopbackHub;
let environment: ProviderEnvironment;
let source: string;

beforeEach(async () => {
  hub = await startHub();
  source = join(await mkdtemp(join(tmpdir(), "tutti-hub-")), "model");
  environment = {
    modelsFolder: await mkdtemp(join(tmpdir(), "tutti-models-")),
    offline: false,
    hubUrl: hub.url,
  };
  const words = ["good", "bad"];
  await writeModel(source, {
    config: { model_type: "bert", architectures: ["BertForSequenceClassification"], id2label: { 0: "bad", 1: "good" } },
    files: tokenizerOf(words),
    graphs: Object.fromEntries(
      ["model", "model_quantized"].map((name) => [
        name,
        textGraph(
          { w: table(words, { good: [0, 1], bad: [1, 0] }, 2) },
          [...sumUp, { op: "Identity", inputs: ["summed"], outputs: ["logits"] }],
          [{ name: "logits", type: "float", shape: ["b", 2] }],
        ),
      ]),
    ),
  });
  await writeFile(join(source, "model.safetensors"), Buffer.alloc(100_000));
  hub.models.set(MODEL, source);
});

afterEach(() => hub.close());

const load = (more: object = {}, settings: object = {}) =>
  open("text-classification", { model: MODEL, ...settings }, { environment, ...more });
const filesAsked = () =>
  hub.asked.filter(({ path }) => path.includes("/resolve/")).map(({ path }) => path.split(COMMIT + "/")[1]);

describe("a model of a hub", () => {
  it("comes with what is needed of it and nothing else, and works", async () => {
    const expert = await load();
    expect(await expert.run({ text: "good" })).toMatchObject({ text: "good" });
    expect(new Set(filesAsked())).toEqual(
      new Set(["config.json", "onnx/model_quantized.onnx", "tokenizer.json", "tokenizer_config.json"]),
    );
    expect(expert.told[0]).toMatch(/^downloading acme\/feelings from 127\.0\.0\.1:\d+: 1 files, 0\.0 MB$/);
    expect(expert.told.at(-1)).toMatch(/^100 %/);
  });

  it("comes once: the second time nobody is asked, also offline", async () => {
    await load();
    hub.asked.length = 0;
    const expert = await load({ environment: { ...environment, offline: true } });
    expect(await expert.run({ text: "bad" })).toMatchObject({ text: "bad" });
    expect(hub.asked).toEqual([]);
  });

  it("comes once for two experts that want it at the same time", async () => {
    await Promise.all([load(), load(), open("sentiment-analysis", { model: MODEL }, { environment })]);
    expect(filesAsked()).toHaveLength(4);
  });

  it("comes in another precision with that file only", async () => {
    await load();
    hub.asked.length = 0;
    await load({}, { dtype: "fp32" });
    expect(filesAsked()).toEqual(["onnx/model.onnx"]);
  });

  it("is gone on with where the connection broke", async () => {
    let cuts = 0;
    hub.interfere = (request, response, content) => {
      if (!request.url?.endsWith("model_quantized.onnx") || !content || cuts++ > 2) return false;
      const start = Number(/\d+/.exec(request.headers.range ?? "")?.[0] ?? 0);
      response.writeHead(start === 0 ? 200 : 206, {
        "content-length": content.length - start,
        "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
      });
      response.write(content.subarray(start, start + 50), () => setTimeout(() => response.destroy(), 20));
      return true;
    };
    const expert = await load();
    expect(await expert.run({ text: "good" })).toMatchObject({ text: "good" });
    const ranges = hub.asked.filter(({ path }) => path.endsWith(".onnx")).map(({ range }) => range);
    expect(ranges).toEqual([undefined, "bytes=50-", "bytes=100-", "bytes=150-"]);
  });

  it("goes on where an earlier try was given up", async () => {
    let allowed = 300;
    hub.interfere = (request, response, content) => {
      if (!request.url?.endsWith("model_quantized.onnx") || !content || allowed === Infinity) return false;
      response.writeHead(200, { "content-length": content.length });
      if (request.headers.range === undefined) response.write(content.subarray(0, allowed));
      setTimeout(() => response.destroy(), 20);
      return true;
    };
    await expect(load()).rejects.toMatchObject({ code: "expert-unavailable", retryable: true });
    allowed = Infinity;
    hub.asked.length = 0;
    await load();
    expect(hub.asked.find(({ path }) => path.endsWith(".onnx"))?.range).toBe("bytes=300-");
  });

  it.each(["onnx/model_quantized.onnx", "config.json"])(
    "is refused where %s has other bytes than listed",
    async (file) => {
      hub.interfere = (request, response, content) => {
        if (!request.url?.endsWith(file) || !content) return false;
        const wrong = Buffer.from(content);
        wrong.writeUInt8(wrong.readUInt8(9) ^ 1, 9);
        sendPart(response, wrong, request.headers.range);
        return true;
      };
      await expect(load()).rejects.toThrow(/gave other bytes/);
      hub.interfere = () => false;
      await load();
      expect(await stat(join(environment.modelsFolder, "hub", MODEL, COMMIT, file))).toBeTruthy();
    },
  );

  it("may come from another server, which never sees the token", async () => {
    const other = await startHub();
    other.models.set(MODEL, source);
    hub.interfere = (request, response) => {
      if (!request.url?.includes("/resolve/")) return false;
      response.writeHead(302, { location: `${other.url}${request.url}` }).end();
      return true;
    };
    const allowHosts = [new URL(other.url).host];
    await load({ secrets: { token: "hf_secret" }, allowHosts });
    expect(new Set(hub.asked.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer hf_secret"]));
    expect(new Set(other.asked.map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
    await other.close();
  });

  it("is not followed to a private server that nobody allowed", async () => {
    hub.interfere = (request, response) => {
      if (!request.url?.includes("/resolve/")) return false;
      response.writeHead(302, { location: "http://127.0.0.2:80/secret" }).end();
      return true;
    };
    await expect(load()).rejects.toMatchObject({ code: "expert-unavailable" });
  });

  it("is not taken from a listing that leads out of its folder", async () => {
    hub.interfere = (request, response) => {
      if (!request.url?.startsWith("/api/")) return false;
      const siblings = [{ rfilename: "../../config.json", size: 2, blobId: "" }];
      response.writeHead(200).end(JSON.stringify({ sha: COMMIT, siblings }));
      return true;
    };
    await expect(load()).rejects.toThrow(/does not describe/);
    expect(await readdir(environment.modelsFolder)).toEqual([]);
  });
});

describe("a model that can't be had", () => {
  it.each([
    [401, /terms must be accepted first; then set the secret token/],
    [404, /has no acme\/feelings at main/],
    [503, /hub not reachable: .*answered 503/],
  ])("says why after a %d", async (status, message) => {
    hub.interfere = (_, response) => Boolean(response.writeHead(status).end());
    await expect(load()).rejects.toMatchObject({ code: "expert-unavailable", message: expect.stringMatching(message) });
  });

  it("is not one that Transformers.js can run", async () => {
    const empty = await mkdtemp(join(tmpdir(), "tutti-hub-"));
    await writeFile(join(empty, "config.json"), await readFile(join(source, "config.json")));
    hub.models.set(MODEL, empty);
    await expect(load()).rejects.toThrow(/has no onnx\/model\.onnx: it is not made for Transformers\.js/);
  });

  it("says so at once while TUTTI_OFFLINE forbids it, asking nobody", async () => {
    const offline = { environment: { ...environment, offline: true } };
    await expect(load(offline)).rejects.toThrow(/TUTTI_OFFLINE forbids to download it/);
    const setup = setupFor("text-classification", { model: MODEL }, offline);
    expect(await transformersProvider.whyUnavailable?.(setup)).toMatch(/TUTTI_OFFLINE forbids/);
    expect(hub.asked).toEqual([]);
  });
});

describe("availability", () => {
  const why = (setting: ProviderEnvironment, model = MODEL) =>
    transformersProvider.whyUnavailable?.(setupFor("text-classification", { model }, { environment: setting }));

  it("costs one question to a hub that answers", async () => {
    expect(await why(environment)).toBeUndefined();
    expect(await why(environment, "acme/other")).toBeUndefined();
    expect(hub.asked).toHaveLength(1);
  });

  it("is told of a hub that refuses connections, and of one that never answers, without waiting for it", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const reasons = await Promise.all([
      why({ ...environment, hubUrl: "http://127.0.0.1:9" }),
      why({ ...environment, hubUrl: silentUrl }),
      why({ ...environment, hubUrl: "https://no-such-hub.invalid" }),
    ]);
    for (const reason of reasons) expect(reason).toMatch(/^hub not reachable: /);
    expect(reasons[1]).toMatch(/did not answer/);
    silent.close();
  });

  it("is given for what is here, whatever the hub does", async () => {
    const gone = { ...environment, hubUrl: "http://127.0.0.1:9" };
    await load();
    expect(await why(gone)).toBeUndefined();
    expect(await why(gone, source)).toBeUndefined();
    expect(await why(gone, join(source, "no"))).toMatch(/there is no config\.json in/);
    await writeModel(join(environment.modelsFolder, "acme/mine"), { config: { model_type: "bert" }, graphs: {} });
    expect(await why(gone, "acme/mine")).toBeUndefined();
  });

  it("ends when a file is lost", async () => {
    await load();
    await writeFile(join(environment.modelsFolder, "hub", MODEL, COMMIT, "tokenizer.json"), "cut off");
    expect(await why({ ...environment, offline: true })).toMatch(/TUTTI_OFFLINE/);
  });

  it("is probed: the hub must have the model", async () => {
    const probe = (model: string) =>
      transformersProvider.probe?.(
        setupFor("text-classification", { model }, { environment }),
        new AbortController().signal,
      );
    await expect(probe(MODEL)).resolves.toBeUndefined();
    await expect(probe("acme/none")).rejects.toThrow(/has no acme\/none/);
  });
});
