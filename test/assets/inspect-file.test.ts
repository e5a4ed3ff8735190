/** Can a file pass for what it isn't, exhaust the machine by being looked at, or be refused though it is good? */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspectFile } from "../../src/assets/inspect-file.ts";
import { TuttiError } from "../../src/errors.ts";
import { animatedGif, blackPng } from "./make-pictures.ts";

const fixtures = path.resolve(import.meta.dirname, "../fixtures");
const fixture = (name: string) => path.join(fixtures, name);

let folder = "";
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "tutti-inspect-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Bytes = string | Uint8Array;

/** A file of these bytes, under a name that says nothing. */
async function fileOf(...parts: Bytes[]): Promise<string> {
  const file = path.join(folder, `upload-${(count += 1)}`);
  await writeFile(file, Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
  return file;
}

async function inspect(bytes: Bytes, options: { name?: string; declaredType?: string } = {}) {
  return inspectFile(await fileOf(bytes), options);
}

async function refusal(bytes: Bytes, options: { name?: string; declaredType?: string } = {}): Promise<string> {
  const error: unknown = await inspect(bytes, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof TuttiError)) throw new Error(`not refused, but: ${JSON.stringify(error)}`);
  return `${error.code}: ${error.message}`;
}

describe("what is accepted", () => {
  it.each([
    ["samples/coffee.png", { type: "image", mediaType: "image/png", width: 600, height: 400 }],
    ["samples/rocket.jpg", { type: "image", mediaType: "image/jpeg", width: 640, height: 427 }],
    ["media/tone.wav", { type: "audio", mediaType: "audio/wav", durationMs: 1000 }],
    ["media/tone.mp3", { type: "audio", mediaType: "audio/mpeg", durationMs: 1080 }],
    ["media/tone.flac", { type: "audio", mediaType: "audio/flac", durationMs: 1000 }],
    ["media/tone.ogg", { type: "audio", mediaType: "audio/ogg", durationMs: 1000 }],
    ["media/tone.opus", { type: "audio", mediaType: "audio/ogg", durationMs: 1000 }],
    ["media/tone.m4a", { type: "audio", mediaType: "audio/mp4", durationMs: 1064 }],
    ["media/clip.mp4", { type: "video", mediaType: "video/mp4" }],
    ["media/clip.mov", { type: "video", mediaType: "video/quicktime" }],
    ["media/clip.webm", { type: "video", mediaType: "video/webm", durationMs: 1000, width: 64, height: 48 }],
    // What a browser records of speech comes in a container for video.
    ["media/sound-only.webm", { type: "audio", mediaType: "audio/webm", durationMs: 1008 }],
    ["media/sound-only.mp4", { type: "audio", mediaType: "audio/mp4", durationMs: 1064 }],
  ])("knows %s", async (name, facts) => {
    expect(await inspectFile(fixture(name))).toEqual(facts);
  });

  it.each(["webp", "gif", "tiff", "avif"] as const)("knows a %s picture", async (format) => {
    const picture = await sharp({ create: { width: 30, height: 20, channels: 3, background: "teal" } })
      .toFormat(format)
      .toBuffer();
    expect(await inspect(picture)).toEqual({ type: "image", mediaType: `image/${format}`, width: 30, height: 20 });
  });

  it("gives a picture's size as it is seen, turned as its camera was", async () => {
    const picture = await sharp({ create: { width: 40, height: 20, channels: 3, background: "teal" } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect(await inspect(picture)).toMatchObject({ width: 20, height: 40 });
  });

  it("knows a PDF, be it all of readable letters", async () => {
    const pdf = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";
    expect(await inspect(pdf)).toEqual({ type: "document", mediaType: "application/pdf" });
  });

  it.each(["samples/coffee.png", "samples/rocket.jpg", "media/tone.m4a", "media/clip.mp4", "media/tone.opus"])(
    "accepts %s broken off in the middle: who reads it will tell",
    async (name) => {
      const bytes = await readFile(fixture(name));
      const whole = await inspectFile(fixture(name));
      const { durationMs: _, ...sure } = whole;
      expect(await inspect(bytes.subarray(0, bytes.length / 2))).toMatchObject(sure);
    },
  );
});

describe("what the name and the declared type are worth", () => {
  it("nothing where the bytes say something else", async () => {
    const bytes = await readFile(fixture("samples/coffee.png"));
    const options = { name: "song.mp3", declaredType: "text/html" };
    expect(await inspect(bytes, options)).toMatchObject({ type: "image", mediaType: "image/png" });
    expect(
      await refusal("<svg xmlns='http://www.w3.org/2000/svg'/>", { name: "a.png", declaredType: "image/png" }),
    ).toMatch(/^unsupported-media: a\.png is HTML, SVG, XML/);
  });

  it.each([
    ["notes.md", undefined, "# Title", "text/markdown"],
    ["data.CSV", undefined, "a,b\n1,2\n", "text/csv"],
    ["data.json", undefined, '{"a": [1, 2]}', "application/json"],
    ["data.json", undefined, '\uFEFF{"a": 1}', "application/json"],
    ["data.json", undefined, '{"a": [1, 2', "text/plain"],
    ["letter.txt", "text/csv", "a,b", "text/csv"],
    ["letter", "Text/Markdown; charset=utf-8", "a", "text/markdown"],
    ["letter.html", "text/html", "just words", "text/plain"],
    ["", "image/png", "just words", "text/plain"],
  ])("the kind of a text: %s declared %s", async (name, declaredType, text, mediaType) => {
    const options = { name, ...(declaredType === undefined ? {} : { declaredType }) };
    expect(await inspect(text, options)).toEqual({ type: "text", mediaType });
  });
});

describe("texts", () => {
  it.each([
    ["Grüße, 日本語, 🎼, العربية"],
    ["\uFEFFwith a byte order mark"],
    ["tabs\tand\r\nline breaks\fand \u001B[1mcolours\u001B[0m"],
    // Each of these begins like some other format.
    ["BMW is a maker of cars."],
    ["GIF files were made in 1987."],
    ["ID3 is an algorithm for decision trees."],
    ["The wide river flows."],
    ["MZ was his mark. PK hers."],
    ["BEGIN: it was a dark night"],
    ["a < b, and <p> is a tag; so is <script>"],
    ["<p align='center'>Readme</p>"],
    [`${"G".padEnd(188, "o")}G${"o".repeat(200)}`],
  ])("accepts %j", async (text) => {
    expect(await inspect(text)).toEqual({ type: "text", mediaType: "text/plain" });
  });

  it("accepts a long one whose letters lie across the borders of what is read at once", async () => {
    const text = "x" + "日本語🎼".repeat(100_000);
    expect(await inspect(text)).toEqual({ type: "text", mediaType: "text/plain" });
    expect(await refusal(Buffer.from(text).subarray(0, -1))).toContain("no known format");
  });

  it.each([
    ["HTML", "<!DOCTYPE html><p>hello"],
    ["HTML in capitals behind a mark and blanks", "\uFEFF \n\t<HTML><BODY>"],
    ["HTML behind comments", "<!-- a --> <!-- b > c -->\n<script>alert(1)</script>"],
    ["SVG", "<svg onload='alert(1)'></svg>"],
    ["SVG with a prologue", '<?xml version="1.0"?><svg/>'],
    ["XML", '<?xml version="1.0"?><feed/>'],
    ["RTF", "{\\rtf1\\ansi hello}"],
    ["PostScript", "%!PS-Adobe-3.0"],
  ])("refuses %s", async (_, text) => {
    expect(await refusal(text, { name: "page.txt" })).toMatch(
      /^unsupported-media: page\.txt is HTML, SVG, XML, RTF or PostScript\. Accepted are PNG, .* UTF-8\.$/,
    );
  });

  it.each([
    ["UTF-16 with a mark", Buffer.from("\uFEFFhello there", "utf16le"), "text in UTF-16"],
    ["UTF-16 without one", Buffer.from("hello there", "utf16le"), "no known format"],
    ["Latin-1", Buffer.from("Grüße", "latin1"), "no known format"],
    ["a text with a NUL", "hello\0there", "no known format"],
  ])("refuses %s", async (_, bytes, reason) => {
    expect(await refusal(bytes)).toMatch(/^unsupported-media: /);
    expect(await refusal(bytes)).toContain(reason);
  });
});

describe("what is refused", () => {
  it("an empty file, and one of blanks", async () => {
    expect(await refusal("", { name: "a.txt" })).toMatch(/^unsupported-media: a\.txt is empty\./);
    expect(await refusal(" \n\n ", { name: "a.txt" })).toMatch(/^unsupported-media: a\.txt is empty\./);
  });

  it.each([
    ["a program", Buffer.from("\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3E\0", "latin1")],
    ["an archive", Buffer.from("PK\x05\x06".padEnd(22, "\0"), "latin1")],
    ["a bitmap, which nothing here can read", Buffer.from("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "latin1")],
    ["junk", Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 167 + 13) % 256))],
  ])("%s", async (_, bytes) => {
    expect(await refusal(bytes, { name: "x.png", declaredType: "image/png" })).toMatch(
      /^unsupported-media: x\.png is /,
    );
  });

  it.each([
    ["a PNG's signature and nothing else", Buffer.from("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", "latin1"), "image/png"],
    ["a GIF's that is a program", Buffer.from("GIF89a/*\xFF*/=1;alert(1)//", "latin1"), "image/gif"],
    ["an MP3's two bytes", Buffer.from([0xff, 0xfb, ...Array.from({ length: 500 }, () => 0xf0)]), "audio/mpeg"],
    ["a film's one word", Buffer.from("\x01\x02\x03\x04moov\xFF\xFE\xC8\x01\0\0\0\0", "latin1"), "video/quicktime"],
    ["a PDF's without a version", Buffer.from("%PDF-alike \xFF\xFE\0", "latin1"), "application/pdf"],
  ])("%s", async (_, bytes, mediaType) => {
    expect(await refusal(bytes, { name: "x" })).toMatch(
      new RegExp(`^unsupported-media: x begins like ${mediaType}, but `),
    );
  });
});

describe("polyglots are only what they begin as", () => {
  const html = "<html><script>alert(1)</script></html>";

  it("a picture with a page behind it is a picture", async () => {
    const file = await fileOf(await readFile(fixture("samples/coffee.png")), html);
    expect(await inspectFile(file, { name: "x.html", declaredType: "text/html" })).toMatchObject({
      mediaType: "image/png",
    });
  });

  it("a PDF with an archive behind it is a PDF", async () => {
    const file = await fileOf("%PDF-1.7\n\xFF", Buffer.from("PK\x03\x04\0\0", "latin1"));
    expect(await inspectFile(file)).toEqual({ type: "document", mediaType: "application/pdf" });
  });

  it("a page with a picture behind it is refused", async () => {
    const picture = await readFile(fixture("samples/coffee.png"));
    await expect(inspectFile(await fileOf(html, picture))).rejects.toThrow(/no known format|HTML/);
  });
});

describe("large pictures", () => {
  it("refuses 300 megapixels by the header, whole or broken off, and says how large is too large", async () => {
    const png = blackPng(20_000, 15_000);
    expect(png.length).toBeLessThan(100_000);
    const message =
      "too-large: big.png is 20000 x 15000 pixels (300 megapixels); at most 50 megapixels are accepted. Scale it down.";
    expect(await refusal(png, { name: "big.png" })).toBe(message);
    expect(await refusal(png.subarray(0, 60), { name: "big.png" })).toBe(message);
  });

  it("accepts what is just below 50 megapixels and refuses what is just above", async () => {
    expect(await inspect(blackPng(7071, 7071))).toMatchObject({ width: 7071, height: 7071 });
    expect(await refusal(blackPng(7072, 7072))).toMatch(/^too-large: .*\(51 megapixels\)/);
  });

  it("counts the frames of an animation", async () => {
    expect(await inspect(animatedGif(2000, 2000, 12))).toMatchObject({ width: 2000, height: 2000 });
    expect(await refusal(animatedGif(2000, 2000, 13), { name: "a.gif" })).toMatch(
      /^too-large: a\.gif is 2000 x 2000 pixels x 13 pages \(52 megapixels\)/,
    );
  });
});
