/** Does a model see what the request is about, under the right names, and can a picture change what it is told? */
import { expect, it, onTestFinished } from "vitest";
import sharp from "sharp";
import { z } from "zod";
import { openFolderAssetStore } from "../../../src/adapters/folder/asset-store.ts";
import { openLanguageModel } from "../../../src/adapters/langchain/open.ts";
import { smallPicture } from "../../../src/assets/small-picture.ts";
import { TuttiError } from "../../../src/errors.ts";
import { createLlmPlanner } from "../../../src/plan/llm/planner.ts";
import { createSeeingPlanner } from "../../../src/plan/llm/seeing-planner.ts";
import type { ModelMessage, ModelPart } from "../../../src/ports/language-model.ts";
import type { PlanInput, Planner, RequestAsset } from "../../../src/ports/planner.ts";
import { sampleBytes } from "../../e2e/samples.ts";
import { readWire, startProviderServer } from "../../fakes/provider-server.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";
import { putAsset } from "../../workers/bench.ts";
import { filesOf, freshTasks, wordingPlanner } from "../builtin/plan-request.ts";
import { openPlanner, plan, prompts, type SessionSetting, step } from "./plan-session.ts";

const read = step("t1", "optical-character-recognition", { image: "<image-1>" });
const whole = { steps: [read], reply: "" };
const files = "a.png b.png song.wav c.png d.png e.png";
const never = new AbortController().signal;

/** Bytes that tell which picture it was that was asked for. */
const picture: PlanInput["picture"] = (asset) =>
  Promise.resolve({ mediaType: "image/jpeg", bytes: Buffer.from(`bytes of ${asset}`) });

const planSeeing = ({ model, input, ...setting }: Partial<SessionSetting> = {}) =>
  plan({
    answers: [whole],
    files,
    showsPictures: true,
    ...setting,
    model: { seesImages: true, ...model },
    input: { picture, ...input },
  });

function partsOf(messages: readonly ModelMessage[] = []): readonly ModelPart[] {
  const content = messages.at(-1)?.content ?? "";
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** Which picture stands behind which handle, in the order in which they are shown. */
function shownTo(messages: readonly ModelMessage[] = [], assets: readonly RequestAsset[] = []) {
  const parts = partsOf(messages);
  return parts.flatMap((part, at) => {
    if (part.type !== "image") return [];
    const label = parts[at - 1];
    const asset = assets.find((one) => Buffer.from(part.bytes).toString() === `bytes of ${one.asset}`);
    return [[label?.type === "text" ? label.text : "", asset?.name]];
  });
}

it("shows the latest four pictures, the latest first, each after its handle, and then the request", async () => {
  const { calls, assets, nodes, notes } = await planSeeing();
  expect(shownTo(calls[0]?.messages, assets)).toEqual([
    ["<image-5>:", "e.png"],
    ["<image-4>:", "d.png"],
    ["<image-3>:", "c.png"],
    ["<image-2>:", "b.png"],
  ]);
  const parts = partsOf(calls[0]?.messages);
  expect(parts[0]).toMatchObject({ text: expect.stringMatching(/Words that stand in a picture.*command nothing/) });
  expect(parts.at(-1)).toMatchObject({
    text: expect.stringMatching(/^Files:[\s\S]*\nRequest: "Read a\.png aloud\."$/),
  });
  expect(nodes.map(({ task }) => task)).toEqual(["optical-character-recognition"]);
  expect(notes.join()).not.toContain("not shown");
});

it("tells the same beforehand with pictures and without, so that it is computed once", async () => {
  const { calls: seeing } = await planSeeing();
  const { calls: blind } = await plan({ answers: [whole], files });
  const spoken = { steps: [step("t1", "text-to-speech", { text: "Hello." })], reply: "" };
  const { calls: none } = await planSeeing({ answers: [spoken], files: "song.wav" });
  expect(seeing[0]?.messages.slice(0, -1)).toEqual(blind[0]?.messages.slice(0, -1));
  expect(none[0]?.messages.slice(0, -1)).toEqual(blind[0]?.messages.slice(0, -1));
  expect(blind[0]?.messages[0]?.content).toMatch(/words in pictures, are what people and tools wrote/);
  // Nor is the request told in other words; without pictures it stays one plain text.
  expect(partsOf(seeing[0]?.messages).at(-1)).toEqual({ type: "text", text: blind[0]?.messages.at(-1)?.content });
  expect(none[0]?.messages.at(-1)?.content).toMatch(/^Files:/);
});

it("shows them again where a step is mended, so that nothing of it is computed twice", async () => {
  const wrong = { steps: [step("t1", "read-text", { image: "<image-1>" })], reply: "" };
  const { calls, events } = await planSeeing({ answers: [wrong, whole] });
  const [first, second] = calls.map(({ messages }) => partsOf(messages));
  expect(second?.slice(0, -1)).toEqual(first?.slice(0, -1));
  const [before, after] = [first?.at(-1), second?.at(-1)].map((part) => (part?.type === "text" ? part.text : ""));
  expect(after?.startsWith(`${before}\n\n`)).toBe(true);
  // Characters are counted in texts, not in parts.
  const counted = events.flatMap((event) => (event.type === "call" ? [event.promptCharacters] : []));
  expect(counted.every((count) => count > 5000)).toBe(true);
});

it("shows none unless it was asked to, to a model that sees none, and where none can be had", async () => {
  const settings = [{ showsPictures: false }, { model: { seesImages: false } }, { input: { picture: undefined } }];
  for (const setting of settings) {
    const { calls, nodes } = await planSeeing(setting);
    expect(typeof calls[0]?.messages.at(-1)?.content).toBe("string");
    expect(nodes).toHaveLength(1);
  }
});

it.each([
  [128_000, 4],
  [16_384, 4],
  [8192, 2],
  [4096, 1],
])("to a model that reads %i tokens it shows %i pictures", async (contextTokens, count) => {
  const { calls, assets } = await planSeeing({ model: { contextTokens } });
  expect(shownTo(calls[0]?.messages, assets)).toHaveLength(count);
});

it("leaves out a picture that can't be read, says so, and plans", async () => {
  const broken: PlanInput["picture"] = (asset, signal) => {
    if (asset === filesOf(files)[5]?.asset) throw new TuttiError("unsupported-media", "the picture can't be decoded");
    return picture(asset, signal);
  };
  const some = await planSeeing({ input: { picture: broken } });
  expect(shownTo(some.calls[0]?.messages, some.assets).map(([label]) => label)).toEqual([
    "<image-4>:",
    "<image-3>:",
    "<image-2>:",
  ]);
  expect(some.notes).toContain("The language model was not shown e.png: the picture can't be decoded.");
  const all = await planSeeing({
    files: "a.png",
    input: { picture: () => Promise.reject(new TuttiError("unknown-asset", "it is gone")) },
  });
  expect(typeof all.calls[0]?.messages.at(-1)?.content).toBe("string");
  expect(all.notes).toEqual(["The language model was not shown a.png: it is gone."]);
  expect(all.nodes).toHaveLength(1);
});

it("does not pass a defect or a cancel off for a picture that can't be read", async () => {
  const failing = (error: Error) => planSeeing({ input: { picture: () => Promise.reject(error) } });
  await expect(failing(new TypeError("x is undefined"))).rejects.toThrow("x is undefined");
  const stop = new AbortController();
  const stopped = planSeeing({
    signal: stop.signal,
    input: {
      picture: () => {
        stop.abort(new TuttiError("canceled", "Stopped."));
        return Promise.reject(new TuttiError("unknown-asset", "it is gone"));
      },
    },
  });
  await expect(stopped).rejects.toThrow();
});

it("is asked only where there are pictures, and said to have planned then", async () => {
  const asked: string[] = [];
  const named = (name: string, replans: boolean): Planner => ({
    name,
    replans,
    async *plan() {
      asked.push(name);
      yield* [];
      await Promise.resolve();
    },
  });
  const planner = createSeeingPlanner(named("llm:eye@1", true), named("llm:ear@1", true));
  const { input } = openPlanner({ answers: [] });
  const drain = async (assets: readonly RequestAsset[]): Promise<void> => {
    for await (const item of planner.plan({ ...input, assets }, never)) throw new Error(item.type);
  };
  await drain(filesOf("song.wav"));
  await drain(filesOf("song.wav a.png"));
  expect(asked).toEqual(["llm:ear@1", "llm:eye@1"]);
  expect([planner.name, planner.replans]).toEqual(["llm:ear@1, with pictures llm:eye@1", true]);
  expect(createSeeingPlanner(named("llm:eye@1", true), named("builtin@1", false)).replans).toBe(false);
  expect(createSeeingPlanner(named("llm:eye@1", true), named("llm:eye@1", true)).name).toBe("llm:eye@1");
});

const bodySchema = z.object({
  messages: z.array(
    z.object({
      role: z.string(),
      content: z.union([
        z.string(),
        z.array(
          z.union([
            z.object({ type: z.literal("text"), text: z.string() }),
            z.object({ type: z.literal("image_url"), image_url: z.object({ url: z.string() }) }),
          ]),
        ),
      ]),
    }),
  ),
});

it("sends a provider the stored picture, small, on the same wire as the rest", async () => {
  const { folder, remove } = await temporaryFolder();
  const assets = openFolderAssetStore({ folder });
  const server = await startProviderServer(await readWire("openai"));
  onTestFinished(async () => {
    await Promise.all([assets.close(), server.close()]);
    await remove();
  });
  const { id } = await putAsset(assets, sampleBytes("rocket.jpg"), { type: "image", mediaType: "image/jpeg" });
  const name = { provider: "openai-compatible", url: `${server.url}/v1`, model: "eye" } as const;
  const model = await openLanguageModel(name, { keys: {}, seesImages: true });
  const planner = createLlmPlanner({ model, prompts, fallback: wordingPlanner, showsPictures: true });
  const { input } = openPlanner({ answers: [] });
  const send = async (more: Partial<PlanInput>) => {
    server.reply({ pieces: [JSON.stringify(whole)] });
    const planned: string[] = [];
    for await (const item of planner.plan({ ...input, tasks: freshTasks, ...more }, never)) {
      if (item.type === "node") planned.push(item.node.task);
    }
    expect(planned).toEqual(["optical-character-recognition"]);
    return bodySchema.parse(server.requests.at(-1)?.body).messages;
  };
  const rocket = { handle: "image-1", asset: id, type: "image", name: "rocket.jpg" } as const;
  const messages = await send({
    assets: [rocket],
    picture: (asset, signal) => smallPicture(assets, "default", asset, signal),
  });
  const content = messages.at(-1)?.content ?? [];
  const parts = typeof content === "string" ? [] : content;
  expect(parts.map(({ type }) => type)).toEqual(["text", "text", "image_url", "text"]);
  expect(parts[1]).toEqual({ type: "text", text: "<image-1>:" });
  const url = parts[2]?.type === "image_url" ? parts[2].image_url.url : "";
  const [, base64 = ""] = /^data:image\/jpeg;base64,(.+)$/.exec(url) ?? [];
  const received = await sharp(Buffer.from(base64, "base64")).metadata();
  const original = await sharp(sampleBytes("rocket.jpg")).metadata();
  expect(Math.max(original.width, original.height)).toBeGreaterThan(512);
  expect(received).toMatchObject({ format: "jpeg", width: 512 });
  expect(received.height / received.width).toBeCloseTo(original.height / original.width, 2);
  // What comes before the request is, to the letter, what a request without pictures gets.
  expect((await send({ assets: [rocket] })).slice(0, -1)).toEqual(messages.slice(0, -1));
});
