/**
 * The reference server of the Model Context Protocol, as it is published, over both of its transports. A sceptic doubts
 * that what it really sends (pictures, links, structured content, its own errors) arrives as typed values.
 */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspectFile } from "../../../../src/assets/inspect-file.ts";
import { registrationSchema, type Registration } from "../../../../src/registry/registration.ts";
import type { OutputFile } from "../../../../tools/define-expert.ts";
import { describeTools } from "../../../../tools/providers/mcp/describe-tools.ts";
import { mcpProvider } from "../../../../tools/providers/mcp/index.ts";
import type { McpServer } from "../../../../tools/providers/mcp/settings.ts";
import { accessTo, connect, everythingByStdio, startEverything, toolNamed, type Connected } from "./setup.ts";

const transports: readonly [string, () => Promise<{ server: McpServer; stop: () => Promise<void> }>][] = [
  ["stdio", async () => ({ server: everythingByStdio(), stop: async () => {} })],
  [
    "streamable HTTP",
    async () => {
      const { server, process: child } = await startEverything();
      return { server, stop: () => child.kill() };
    },
  ],
];

describe.each(transports)("the everything server over %s", (_name, start) => {
  let running: Awaited<ReturnType<typeof start>>;
  let tools: readonly Registration[] = [];
  const open = (tool: string, given?: Parameters<typeof connect>[2]): Promise<Connected> =>
    connect(toolNamed(tools, tool), undefined, given);

  beforeAll(async () => {
    running = await start();
    tools = await describeTools({ ...accessTo(running.server), name: "Everything" });
  });
  afterAll(() => running.stop());

  it("makes an expert of each tool, that can be registered as it is", () => {
    for (const tool of tools) expect(registrationSchema.parse(tool)).toEqual(tool);
    expect(tools.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["mcp-everything/echo", "mcp-everything/get-sum", "mcp-everything/get-tiny-image"]),
    );
    expect(toolNamed(tools, "get-sum")).toMatchObject({
      version: expect.stringMatching(/^2\.0\.0-[0-9a-f]{8}$/),
      effects: "none",
      task: {
        id: "everything.get-sum",
        title: "Get Sum",
        description: "Returns the sum of two numbers",
        inputs: { a: { type: "number", description: "First number" }, b: { type: "number" } },
      },
    });
  });

  it("takes what does not say that it is read-only for something with effects", () => {
    expect(toolNamed(tools, "gzip-file-as-resource").effects).toBe("external");
    expect(toolNamed(tools, "toggle-simulated-logging").effects).toBe("external");
  });

  it("leaves out what can only be called as a task", () => {
    expect(tools.map(({ settings }) => settings["tool"])).not.toContain("simulate-research-query");
  });

  it("calls tools with texts and numbers", async () => {
    const echo = await open("echo");
    expect(await echo.run({ message: "Grüß Gott 🎵" })).toMatchObject({ text: "Echo: Grüß Gott 🎵", images: [] });
    const sum = await open("get-sum");
    expect(await sum.run({ a: 17, b: 25 })).toMatchObject({ text: "The sum of 17 and 25 is 42." });
  });

  it("makes a PNG file of a picture", async () => {
    const image = await open("get-tiny-image");
    const { images, text } = await image.run({});
    const [file] = images as OutputFile[];
    expect(file).toMatchObject({ mediaType: "image/png", name: "image-1.png" });
    expect(file?.path.startsWith(image.scratch)).toBe(true);
    expect(await inspectFile(file?.path ?? "")).toMatchObject({ type: "image", width: 20, height: 20 });
    expect(text).toContain("MCP logo");
  });

  it("gives structured content as data, and finds the choice that a sentence names", async () => {
    const weather = await open("get-structured-content");
    expect(await weather.run({ location: "What is it like in new york?" })).toMatchObject({
      json: { temperature: 33, conditions: "Cloudy", humidity: 82 },
    });
    await expect(weather.run({ location: "Paris" })).rejects.toMatchObject({
      code: "bad-input",
      message: "location has to be one of: New York, Chicago, Los Angeles",
    });
  });

  it("reads what a result links to", async () => {
    const links = await open("get-resource-links");
    const { text, documents } = await links.run({ count: 2 });
    expect(text).toMatch(/Resource 2: This is a plaintext resource/);
    const [file, ...others] = documents as OutputFile[];
    expect(others).toEqual([]);
    expect(await readFile(file?.path ?? "", "utf8")).toMatch(/^Resource 1: This is a base64 blob/);
  });

  it("tells a wrong input from a broken tool", async () => {
    const sum = await open("get-sum");
    await expect(sum.run({ a: 1, b: "two" })).rejects.toMatchObject({
      code: "bad-input",
      retryable: false,
      message: expect.stringContaining("expected number, received string"),
    });
  });

  it("ends a long call when it is canceled, and goes on with the same connection", async () => {
    const long = await open("trigger-long-running-operation");
    const controller = new AbortController();
    const running = long.run({ duration: 60, steps: 60 }, controller.signal);
    setTimeout(() => controller.abort(), 300);
    await expect(running).rejects.toMatchObject({ code: "canceled" });
    expect(await long.run({ duration: 0.01, steps: 1 })).toMatchObject({
      text: expect.stringContaining("completed"),
    });
  });

  it("gives up on a call that takes longer than the expert may", async () => {
    const long = await open("trigger-long-running-operation", { timeoutMs: 100 });
    await expect(long.run({ duration: 60, steps: 60 })).rejects.toMatchObject({ code: "timeout", retryable: true });
  });

  it("is found to be well, or why not, without a call", async () => {
    const { settings, allowHosts, task } = toolNamed(tools, "echo");
    const setup = (tool: string) => ({
      ...accessTo(running.server),
      allowHosts,
      settings: mcpProvider.settings.parse({ ...settings, tool }),
      task: task as Exclude<typeof task, string>,
      card: {} as never,
    });
    const signal = new AbortController().signal;
    await expect(mcpProvider.probe?.(setup("echo"), signal)).resolves.toBeUndefined();
    await expect(mcpProvider.probe?.(setup("ech"), signal)).rejects.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringMatching(/^the tool ech of the MCP server \S+ is not there; it has echo, /),
    });
  });
});

it("gives a command no more of the environment than PATH, HOME and what is named, and shows no secret", async () => {
  const secrets = { EVERYTHING_TOKEN: "open sesame" };
  const access = accessTo(everythingByStdio({ LOG_LEVEL: "debug" }), secrets);
  const tools = await describeTools({ ...access, name: "everything" });
  const { run } = await connect(toolNamed(tools, "get-env"), { secrets });
  const { PWD: _, ...environment } = JSON.parse(String((await run({}))["text"]));
  // It has the secret: only that would be replaced.
  expect(environment).toEqual({
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    LOG_LEVEL: "debug",
    EVERYTHING_TOKEN: "[secret]",
  });
});
