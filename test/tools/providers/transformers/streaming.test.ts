/** Are words handed on as they are written, and does the model stop when nobody reads on? On the fixture model. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { loadLibrary } from "../../../../tools/providers/transformers/library.ts";
import { obtainModel } from "../../../../tools/providers/transformers/obtain-model.ts";
import { whole } from "../../../../tools/providers/transformers/runner.ts";
import { openVlmBackend } from "../../../../tools/providers/transformers/vlm/backend.ts";
import { collect } from "../../../../tools/vlm/connect-vlm.ts";
import { loadPictures } from "../../../../tools/vlm/load-pictures.ts";
import type { VlmBackend, VlmRequest } from "../../../../tools/vlm/backend.ts";
import { seededRandom } from "../../../bench/graphs.ts";
import { drawScene, sceneOf } from "../../../fixtures/models/scenes.ts";
import { fileAt, setupFor } from "./call-provider.ts";

const model = fileURLToPath(new URL("../../../fixtures/models/fixture-vlm", import.meta.url));

async function openFixture(): Promise<VlmBackend> {
  const setup = setupFor("image-to-text", { model });
  const { signal } = new AbortController();
  const obtained = await obtainModel(setup, { variant: whole, device: "cpu", signal });
  const options = { device: "cpu", dtype: "fp32" } as const;
  return openVlmBackend({ library: await loadLibrary(), model: obtained, settings: setup.settings, options });
}

async function request({ limits }: VlmBackend, signal = new AbortController().signal): Promise<VlmRequest> {
  const path = join(await mkdtemp(join(tmpdir(), "tutti-stream-")), "scene.png");
  await writeFile(path, await drawScene(sceneOf("a red circle left of a blue square", seededRandom(1))));
  const [picture] = await loadPictures([fileAt(path)], limits);
  if (!picture) throw new Error("no picture");
  const parts = [{ type: "image", picture } as const, { type: "text", text: "Describe the image." } as const];
  return { messages: [{ role: "user", parts }], maxTokens: 16, detail: "low", signal };
}

it("words come one after the other, and together are the answer", async () => {
  const backend = await openFixture();
  const pieces: string[] = [];
  for await (const piece of backend.generate(await request(backend))) pieces.push(piece);
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.join("").trim()).toBe(await collect(backend, await request(backend)).then((text) => text.trim()));
  await backend.close?.();
});

it("whoever stops reading leaves the model free for the next one", async () => {
  const backend = await openFixture();
  for await (const piece of backend.generate(await request(backend))) {
    expect(piece).toBeTruthy();
    break;
  }
  const stop = new AbortController();
  const waiting = backend.generate(await request(backend, stop.signal))[Symbol.asyncIterator]();
  await waiting.next();
  stop.abort();
  const rest = async () => {
    while (!(await waiting.next()).done);
  };
  await expect(rest()).rejects.toMatchObject({ code: "canceled" });
  expect(await collect(backend, await request(backend))).toBeTruthy();
  await backend.close?.();
});

it("several at once wait for each other", async () => {
  const backend = await openFixture();
  const [one, other, third] = await Promise.all([
    collect(backend, await request(backend)),
    collect(backend, await request(backend)),
    backend.generateBatch?.([await request(backend), await request(backend)]),
  ]);
  expect(other).toBe(one);
  expect(third?.map((text) => String(text).trim())).toEqual([one.trim(), one.trim()]);
  await backend.close?.();
});
