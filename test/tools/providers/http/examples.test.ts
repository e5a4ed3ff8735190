/** Do the servers in examples/ do what the docs say, as processes of their own, with real pictures? */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registrationSchema } from "../../../../src/registry/registration.ts";
import { httpProvider } from "../../../../tools/providers/http/index.ts";
import { imageToText } from "../../../../tools/tasks/image-to-text.ts";
import { summarization } from "../../../../tools/tasks/summarization.ts";
import { startMortal, type MortalProcess } from "../../../fakes/mortal-process.ts";
import { sample } from "../../builtin/run-expert.ts";
import { callHttp, connectHttp, makeFolder, setupOf } from "./connect-http.ts";

const root = new URL("../../../../", import.meta.url);
const examples = fileURLToPath(new URL("examples/http-expert/", root));
const secrets = { authorization: "Bearer correct-horse" };
const signal = new AbortController().signal;

const hasPython = await promisify(execFile)("python3", ["-c", "import sys; assert sys.version_info >= (3, 9)"]).then(
  () => true,
  () => false,
);

describe.each([
  { file: "server.ts", command: process.execPath, isThere: true },
  // Skipped where there is no python3 of version 3.9 or later: it is no requirement of Tutti.
  { file: "server.py", command: "python3", isThere: hasPython },
])("$file", ({ file, command, isThere }) => {
  let server: MortalProcess;
  let url: string;

  beforeAll(async () => {
    if (!isThere) return;
    server = startMortal(command, [`${examples}${file}`], { PORT: "0", EXPERT_TOKEN: "correct-horse" });
    const [line]: string[] = await once(createInterface(server.stdout), "line");
    url = /http:\/\/\S+/.exec(line ?? "")?.[0] ?? "";
  });
  afterAll(async () => {
    await server?.kill();
  });

  it.runIf(isThere).each([
    ["inline", {}],
    ["as a form", { inlineBytes: 0 }],
  ])("reads a picture that comes %s", async (_how, settings) => {
    const written = { task: imageToText, url, secrets, settings };
    expect(await callHttp(written, { image: sample("coffee.png") })).toEqual({
      text: "a PNG picture, 600 by 400 pixels",
    });
    await expect(callHttp(written, { image: sample("rocket.jpg") })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("rocket.jpg is no PNG picture"),
    });
  });

  it.runIf(isThere).each([{}, { inlineBytes: 0 }])("takes a batch, with %j", async (settings) => {
    const expert = connectHttp({ task: imageToText, url, secrets, settings: { ...settings, batch: true } });
    const inputs = ["coffee.png", "rocket.jpg", "note.png"].map((name) => ({ image: sample(name) }));
    const contexts = await Promise.all(inputs.map(async () => ({ signal, scratch: await makeFolder() })));
    const [first, second, third] = await expert.runBatch!(undefined, inputs, contexts, signal);
    expect(first).toEqual({ text: "a PNG picture, 600 by 400 pixels" });
    expect(second).toMatchObject({ code: "bad-input" });
    expect(third).toHaveProperty("text", expect.stringContaining("a PNG picture"));
  });

  it.runIf(isThere)("wants its secret, and says so without it", async () => {
    const written = { task: imageToText, url };
    const call = callHttp({ ...written, secrets: { authorization: "Bearer wrong" } }, { image: sample("coffee.png") });
    await expect(call).rejects.toMatchObject({ code: "expert-unavailable", message: expect.stringContaining("who?") });
  });

  it.runIf(isThere)("says that it does nothing else", async () => {
    const call = callHttp({ task: summarization, url, secrets }, { text: "A story." });
    await expect(call).rejects.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining("summarization"),
    });
  });

  it.runIf(isThere)("is healthy", async () => {
    const settings = { healthUrl: `${url}/health` };
    await httpProvider.probe!(setupOf({ task: imageToText, url, secrets, settings }), signal);
    const wrong = { healthUrl: `${url}/elsewhere` };
    await expect(
      httpProvider.probe!(setupOf({ task: imageToText, url, secrets, settings: wrong }), signal),
    ).rejects.toMatchObject({ code: "expert-unavailable" });
  });
});

it("the registration in the docs is one that is taken", async () => {
  const docs = await readFile(new URL("docs/http-experts.md", root), "utf8");
  const block = /```json\n(\{\s+"id"[^`]+)```/.exec(docs)?.[1] ?? "";
  const registration = registrationSchema.parse(JSON.parse(block));
  const { url, healthUrl } = httpProvider.settings.parse(registration.settings);
  expect([url, healthUrl]).toEqual(["http://127.0.0.1:8090/", "http://127.0.0.1:8090/health"]);
  const { allowHosts } = registration;
  const secrets = { authorization: registration.secrets["authorization"] as string };
  expect(() => connectHttp({ task: imageToText, url, settings: { healthUrl }, secrets, allowHosts })).not.toThrow();
});
