/** Does bad input ever give a 500, a hang, a lost run, or an answer that pretends? */
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { verifies } from "./requirements.ts";
import { sampleBytes } from "./samples.ts";
import { removeFolder, startServer, temporaryFolder, type Server } from "./server.ts";

let folder = "";
let server: Server;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startServer(folder, { TUTTI_LOG: "off" });
});

afterAll(async () => {
  await server.stop();
  await removeFolder(folder);
});

async function post(
  path: string,
  body: string | FormData | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  const response = await fetch(server.url + path, {
    method: "POST",
    body,
    headers,
    signal: AbortSignal.timeout(60_000),
  });
  return { status: response.status, type: response.headers.get("content-type") ?? "", text: await response.text() };
}

const json = (body: unknown) => post("/v1/runs?wait=60", JSON.stringify(body), { "content-type": "application/json" });

async function endOf(body: unknown): Promise<{ status: string; text: string }> {
  const { status, text } = await json(body);
  expect(status, text).toBe(200);
  const run = z.object({ status: z.string(), answer: z.object({ text: z.string() }) }).parse(JSON.parse(text));
  return { status: run.status, text: run.answer.text };
}

const say = (text: string) => ({ messages: [{ role: "user", content: text }] });
const FINAL = ["succeeded", "partial", "failed"];

/** A valid PNG of one colour whose header and data say 20000 x 15000. */
function hugePng(): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(20_000, 0);
  header.writeUInt32BE(15_000, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(15_000 * 2501));
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe("bad input", () => {
  const bad: [name: string, body: string, status: number, says: RegExp][] = [
    ["not JSON", "{nope", 400, /JSON/i],
    ["no messages", "{}", 400, /messages/],
    ["messages of a wrong type", '{"messages":"hi"}', 400, /messages/],
    ["an empty request", '{"messages":[{"role":"user","content":"  "}]}', 400, /empty/],
    ["no message at all", '{"messages":[]}', 400, /messages|empty/],
    ["an unknown role", '{"messages":[{"role":"root","content":"x"}]}', 400, /role/],
    ["an unknown option", '{"messages":[{"role":"user","content":"x"}],"options":{"speed":9}}', 400, /speed/],
    [
      "an asset that does not exist",
      JSON.stringify({ messages: [{ role: "user", content: [{ type: "asset", asset: "0".repeat(64) }] }] }),
      404,
      /asset/,
    ],
    [
      "a plan with a fault",
      JSON.stringify({ ...say("x"), plan: [{ id: "t1", task: "levitation", inputs: {} }] }),
      422,
      /t1.*levitation/,
    ],
  ];

  it.each(bad)(`${verifies("http:bad-input")}: %s`, async (_name, body, status, says) => {
    const answer = await post("/v1/runs", body, { "content-type": "application/json" });
    expect(answer.type).toMatch(/^application\/problem\+json/);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.text).toMatch(says);
  });

  it(verifies("http:remote-url"), async () => {
    for (const url of [
      "http://169.254.169.254/latest/meta-data",
      "http://2130706433/cat.png",
      "file:///etc/passwd",
      "http://localhost:8080/x.png",
    ]) {
      const content = [{ type: "image_url", image_url: { url } }];
      const { status, text } = await json({ messages: [{ role: "user", content }] });
      expect(status).toBe(422);
      expect(JSON.parse(text)).toMatchObject({
        code: "url-refused",
        detail: expect.stringMatching(/upload|data:/) as string,
      });
    }
  });

  it(verifies("http:huge-picture"), async () => {
    const { status, text } = await post("/v1/assets", new Uint8Array(hugePng()), { "content-type": "image/png" });
    expect(status).toBe(413);
    expect(text).toMatch(/20000|300/);
  });

  it("a file of a type that nobody can use is refused by its content, whatever its name", async () => {
    const form = new FormData();
    form.set("request", "describe it");
    form.set("file", new Blob(["<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"]), "cat.png");
    const { status, text } = await post("/v1/runs", form);
    expect(status).toBe(415);
    expect(JSON.parse(text)).toMatchObject({ code: "unsupported-media" });
  });
});

describe("what can only be found out later", () => {
  it(`${verifies("http:late-faults")}: a truncated picture`, async () => {
    const form = new FormData();
    form.set("request", "Find the objects in broken.png and in coffee.png.");
    form.set("a", new Blob([sampleBytes("rocket.jpg").subarray(0, 20_000)]), "broken.png");
    form.set("b", new Blob([sampleBytes("coffee.png")]), "coffee.png");
    const { status, text } = await post("/v1/runs?wait=60", form);
    expect(status, text).toBe(200);
    const run = z.object({ status: z.string(), answer: z.object({ text: z.string() }) }).parse(JSON.parse(text));
    expect(run.status).toBe("partial");
    expect(run.answer.text).toMatch(/coffee\.png.*cup/);
    expect(run.answer.text).toMatch(/Not done:[^]*broken\.png[^]*decode/);
  });

  it("a request that nothing can do", async () => {
    const { status, text } = await endOf(say("Make me a hologram of my grandmother dancing on the moon"));
    expect(status).toBe("failed");
    expect(text).toMatch(/could not be done/i);
  });

  it("a task without an expert names the way to get one", async () => {
    const { status, text } = await endOf(say("Paint a picture of a lighthouse in the fog"));
    expect(status).toBe("failed");
    expect(text).toMatch(/no expert for text-to-image is registered/);
  });

  it.each([
    ["another language", "Fasse diesen Text zusammen: „Es regnete den ganzen Tag.“"],
    ["Chinese", "请描述这张图片"],
    ["Arabic", "صف هذه الصورة من فضلك"],
    ["the word error", 'Summarize this error: "error error: {"error": true}"'],
    ["a JARVIS placeholder", "Read <GENERATED>-0 aloud and <GENERATED>-1 too"],
    ["a template placeholder", "Summarize '{{metas}} {{x}} {{#each y}}'"],
    ["quotes and backslashes", `Is this positive: 'C:\\new\\table "it's" \\u0000 \\'?`],
    ["a prototype name", "Summarize '__proto__ constructor toString'"],
    ["only punctuation", "?!?!"],
    ["emoji", "😀😀😀"],
    ["a lone surrogate", "Summarize 'a\ud800b'"],
    ["10 kB of one word", "word ".repeat(2000)],
  ])("%s ends in a recorded state with an answer", async (_name, text) => {
    const end = await endOf(say(text));
    expect(FINAL).toContain(end.status);
    expect(end.text.length).toBeGreaterThan(0);
  });

  it("nothing that was accepted is lost, and the server is as it was", async () => {
    const { runs } = z
      .object({ runs: z.array(z.object({ status: z.string() })) })
      .parse(await (await fetch(`${server.url}/v1/runs?limit=100`)).json());
    expect(runs.length).toBeGreaterThan(10);
    for (const { status } of runs) expect(FINAL).toContain(status);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});
