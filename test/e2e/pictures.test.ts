/**
 * Does the model that plans really see the pictures? The server here decodes what it is sent, and its plan follows from
 * the pixels alone: file names and the order of the files say nothing. All but the model is real.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { requestFromFiles } from "../../src/cli/request-from-files.ts";
import { loadConfig } from "../../src/config.ts";
import { createTutti, type RunReport, type Tutti } from "../../src/index.ts";
import { verifies } from "./requirements.ts";
import { removeFolder, temporaryFolder } from "./server.ts";

const partSchema = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("image_url"), image_url: z.object({ url: z.string() }) }),
]);
const bodySchema = z.object({
  messages: z.array(z.object({ content: z.union([z.string(), z.array(partSchema)]) })),
});

interface Seen {
  readonly handle: string;
  readonly side: number;
  readonly brightness: number;
}

/** Every request's pictures, as the model saw them. */
const seen: Seen[][] = [];
let server: Server;
let folder = "";
let tutti: Tutti;

async function look(body: unknown): Promise<Seen[]> {
  const content = bodySchema.parse(body).messages.at(-1)?.content ?? "";
  const parts = typeof content === "string" ? [] : content;
  const pictures = parts.flatMap((part, at) => {
    const label = parts[at - 1];
    if (part.type !== "image_url" || label?.type !== "text") return [];
    return [
      { handle: label.text.replace(/:$/, ""), bytes: Buffer.from(part.image_url.url.split(",")[1] ?? "", "base64") },
    ];
  });
  return Promise.all(
    pictures.map(async ({ handle, bytes }) => {
      const [{ width, height }, { channels }] = await Promise.all([sharp(bytes).metadata(), sharp(bytes).stats()]);
      return { handle, side: Math.max(width, height), brightness: channels[0]?.mean ?? 0 };
    }),
  );
}

/** A model that turns the brightest picture that it sees grey, and plans nothing where it sees none. */
function answerTo(pictures: readonly Seen[]): string {
  const [brightest] = pictures.toSorted((a, b) => b.brightness - a.brightness);
  if (!brightest) return JSON.stringify({ steps: [], cannot: "I see no picture.", reply: "" });
  const steps = [{ id: "t1", task: "image-grayscale", inputs: { image: brightest.handle } }];
  return JSON.stringify({ steps, cannot: "", reply: "" });
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      if (request.method !== "POST") return void response.writeHead(404).end();
      const pictures = await look(await json(request));
      seen.push(pictures);
      response.writeHead(200, { "content-type": "text/event-stream" });
      const frame = (choice: object): string =>
        `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "eye", choices: [{ index: 0, finish_reason: null, ...choice }] })}\n\n`;
      response.write(frame({ delta: { role: "assistant", content: answerTo(pictures) } }));
      response.end(`${frame({ delta: {}, finish_reason: "stop" })}data: [DONE]\n\n`);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  folder = await temporaryFolder();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const { llm } = loadConfig({ TUTTI_LLM: "none", TUTTI_LLM_VISION: `openai-compatible:${url}#eye` });
  tutti = await createTutti({ dataFolder: join(folder, "data"), log: "off", llm });
});

afterAll(async () => {
  await tutti.close();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await removeFolder(folder);
});

async function ask(words: string, shades: readonly number[] = []): Promise<RunReport> {
  const own = join(folder, `request-${shades.join("-")}`);
  await mkdir(own, { recursive: true });
  const files = await Promise.all(
    shades.map(async (shade, at) => {
      const file = join(own, `picture-${at + 1}.png`);
      const grey = { r: shade, g: shade, b: shade };
      await writeFile(
        file,
        await sharp({ create: { width: 1024, height: 256, channels: 3, background: grey } })
          .png()
          .toBuffer(),
      );
      return file;
    }),
  );
  const { runId } = await tutti.submit(await requestFromFiles(tutti, "t", words, files), { tenant: "t" });
  return tutti.wait("t", runId, AbortSignal.timeout(60_000));
}

const inputOf = ({ state }: RunReport): unknown => state.nodes.get("t1")?.spec.inputs["image"];
const assetsOf = ({ state }: RunReport): string[] =>
  state.request.messages.flatMap(({ content }) =>
    content.flatMap((part) => (part.type === "asset" ? [part.asset] : [])),
  );

it(verifies("llm:sees"), { timeout: 90_000 }, async () => {
  for (const [shades, brightest] of [
    [[30, 220, 90], 1],
    [[230, 40, 100], 0],
  ] as const) {
    const report = await ask("Make the brighter one grey.", shades);
    expect(report.state.status).toBe("succeeded");
    expect(inputOf(report)).toEqual({ asset: assetsOf(report)[brightest] });
    expect(report.state.nodes.get("plan")?.outputs["planner"]).toMatchObject({
      value: expect.stringMatching(/^builtin@1, with pictures llm:openai-compatible:.*#eye@1$/) as string,
    });
    const pictures = seen.at(-1) ?? [];
    expect(pictures.map(({ handle }) => handle)).toEqual(["<image-3>", "<image-2>", "<image-1>"]);
    expect(pictures.map(({ side }) => side)).toEqual([512, 512, 512]);
  }
});

it("asks that model nothing where there is no picture", { timeout: 90_000 }, async () => {
  const before = seen.length;
  const report = await ask('What language is "Guten Morgen, wie geht es Ihnen heute" in?');
  expect(report.state.status).toBe("succeeded");
  expect(seen).toHaveLength(before);
});
