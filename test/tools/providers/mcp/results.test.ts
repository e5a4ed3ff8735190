/** A sceptic doubts that anything a server may send, however odd, becomes typed values or a typed error. */
import { readFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { inspectFile } from "../../../../src/assets/inspect-file.ts";
import type { Registration } from "../../../../src/registry/registration.ts";
import type { TaskSpec } from "../../../../src/registry/task-spec.ts";
import type { OutputFile } from "../../../../tools/define-expert.ts";
import { describeTools } from "../../../../tools/providers/mcp/describe-tools.ts";
import { textToImage } from "../../../../tools/tasks/text-to-image.ts";
import { accessTo, connect, fakeByStdio, toolNamed } from "./setup.ts";

const fixture = (path: string): string => `${import.meta.dirname}/../../../fixtures/${path}`;
const base64 = async (path: string): Promise<string> => (await readFile(fixture(path))).toString("base64");

let tools: readonly Registration[] = [];
beforeAll(async () => {
  tools = await describeTools({ ...accessTo(fakeByStdio()), name: "fake" });
});

async function give(result: unknown, task?: TaskSpec): Promise<Record<string, unknown>> {
  const { run } = await connect(toolNamed(tools, "give"), undefined, task && { task });
  return run({ result });
}

const pathOf = (files: unknown): string => (files as OutputFile[])[0]?.path ?? "";

it("sorts files by what they are, not by what is said of them", async () => {
  const { images, audio, documents, text } = await give({
    content: [
      { type: "image", data: await base64("samples/rocket.jpg"), mimeType: "image/png" },
      { type: "audio", data: await base64("media/tone.wav"), mimeType: "audio/wav" },
      { type: "resource", resource: { uri: "file:///a/b/notes.md", mimeType: "text/markdown", blob: "IyBIaQo=" } },
      { type: "resource", resource: { uri: "x://song", blob: await base64("media/tone.mp3") } },
      { type: "resource", resource: { uri: "x://page", mimeType: "text/html", text: "<p>Hi</p>" } },
    ],
  });
  expect(await inspectFile(pathOf(images))).toMatchObject({ type: "image", mediaType: "image/jpeg" });
  expect(images).toMatchObject([{ name: "image-1.jpg", mediaType: "image/jpeg" }]);
  expect(audio).toMatchObject([
    { mediaType: "audio/wav", name: "audio-2.wav" },
    { mediaType: "audio/mpeg", name: "audio-4.mp3" },
  ]);
  expect(documents).toMatchObject([{ mediaType: "text/markdown", name: "notes.md" }]);
  expect(text).toBe("<p>Hi</p>");
});

it("mentions what it can't keep, and what is only linked to", async () => {
  const svg = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>").toString("base64");
  const { text, images } = await give({
    content: [
      { type: "image", data: svg, mimeType: "image/svg+xml" },
      { type: "image", data: "", mimeType: "image/png" },
      { type: "resource_link", uri: "https://example.com/report.pdf", name: "report", description: "All of it" },
    ],
  });
  expect(images).toEqual([]);
  expect(String(text).split("\n")).toEqual([
    "[file 1: image/svg+xml, of a kind or number that is not kept]",
    "[file 2: image/png, of a kind or number that is not kept]",
    "report: All of it: https://example.com/report.pdf",
  ]);
});

it("keeps files inside the folder of the call, whatever they are called", async () => {
  const { documents } = await give({
    content: [{ type: "resource", resource: { uri: "file:///..%2f..%2fevil.txt", blob: "aGVsbG8=" } }],
  });
  expect(documents).toMatchObject([{ name: "evil.txt", path: expect.stringMatching(/\/result-1$/) }]);
  expect(await readFile(pathOf(documents), "utf8")).toBe("hello");
});

it("says something even of a tool that gave nothing, only data, or only a picture", async () => {
  expect(await give({ content: [] })).toMatchObject({ text: "It gave nothing." });
  expect(await give({ content: [], structuredContent: { a: 1 } })).toMatchObject({ text: '{"a":1}' });
  const image = { type: "image", data: await base64("samples/note.png"), mimeType: "image/png" };
  expect(await give({ content: [image] })).toMatchObject({ text: "picture image-1.png" });
});

it("takes a tool's own word for its failure", async () => {
  const failed = (text: string) => give({ isError: true, content: [{ type: "text", text }] });
  await expect(failed("The index is\nbroken.")).rejects.toMatchObject({
    code: "expert-failed",
    retryable: false,
    message: "the tool give failed: The index is broken.",
  });
  await expect(failed("MCP error -32602: Invalid arguments: no")).rejects.toMatchObject({ code: "bad-input" });
  await expect(failed("x".repeat(100_000))).rejects.toSatisfy(({ message }: Error) => message.length < 1100);
  await expect(give({ isError: true, content: [] })).rejects.toMatchObject({
    message: "the tool give failed: it does not say why",
  });
});

it("gives a typed error for what is no result", async () => {
  for (const wrong of [{ content: "text" }, { content: [{ type: "smell", data: "rose" }] }, { content: [{}] }]) {
    await expect(give(wrong), JSON.stringify(wrong)).rejects.toMatchObject({ code: "expert-failed", retryable: false });
  }
});

it("does a task that was there before, where the names of its inputs are given", async () => {
  const picture = { type: "image", data: await base64("samples/note.png"), mimeType: "image/png" };
  const registration = toolNamed(tools, "give");
  const settings = { ...registration.settings, arguments: { text: "result" } };
  const { run } = await connect({ ...registration, settings, task: "text-to-image" }, undefined, { task: textToImage });
  // As a planner would write what is JSON.
  expect(await run({ text: JSON.stringify({ content: [picture] }) })).toMatchObject({ image: { name: "image-1.png" } });
  await expect(run({ text: JSON.stringify({ content: [] }) })).rejects.toMatchObject({
    code: "expert-failed",
    message: "the tool gave nothing for the output image (image)",
  });
});

it("finds what MCP has no type for in the structured content", async () => {
  const task: TaskSpec = {
    id: "judge",
    title: "Judge",
    description: "Judges.",
    inputs: { result: { type: "json", description: "" } },
    outputs: { labels: { type: "labels", description: "" }, json: { type: "json", description: "" } },
  };
  const structuredContent = { labels: [{ label: "good", score: 0.9 }], other: 1 };
  expect(await give({ content: [], structuredContent }, task)).toEqual({
    labels: structuredContent.labels,
    json: structuredContent,
  });
  const { labels: _, ...rest } = structuredContent;
  await expect(give({ content: [], structuredContent: rest }, task)).rejects.toMatchObject({ code: "expert-failed" });
});

it("is not loaded for a task that can't serve the tool", async () => {
  await expect(connect(toolNamed(tools, "give"), undefined, { task: textToImage })).rejects.toMatchObject({
    code: "expert-unavailable",
    message: expect.stringContaining("the tool give needs result, which the task text-to-image does not give"),
  });
});

it("sends files as the tool wants them", async () => {
  const file = { path: fixture("samples/note.png"), mediaType: "image/png", name: "note.png" };
  const { run } = await connect(toolNamed(tools, "look"));
  const { text } = await run({ picture: file, link: file, note: "chicago" });
  const sent = JSON.parse(String(text));
  expect(sent).toEqual({
    picture: await base64("samples/note.png"),
    link: `data:image/png;base64,${await base64("samples/note.png")}`,
    note: "Chicago",
  });
});
