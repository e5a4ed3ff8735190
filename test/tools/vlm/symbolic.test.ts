/** Does a model that sees nothing get all that was found in a picture, as data, and nothing of the picture itself? */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { connectVlm } from "../../../tools/vlm/connect-vlm.ts";
import { openSymbolicVlm } from "../../../tools/vlm/symbolic/open.ts";
import { renderScenes } from "../../../tools/vlm/symbolic/scene-view.ts";
import { transformersProvider } from "../../../tools/providers/transformers/index.ts";
import { hostileTexts } from "../../fixtures/hostile/texts.ts";
import { backendOf, startChatServer, type ChatServer } from "./chat-server.ts";

const SAMPLES = fileURLToPath(new URL("../../fixtures/samples/", import.meta.url));

let server: ChatServer;
beforeEach(async () => {
  server = await startChatServer("Two cups.");
});
afterEach(() => server.close());

it("boxes become fractions of the picture, the surest first, and what is too much is counted", () => {
  const thing = (label: string, score: number) => ({ label, score, box: { xmin: 50, ymin: 0, xmax: 100, ymax: 25 } });
  const things = [thing("cup", 0.5), thing("dog", 0.987), ...Array.from({ length: 60 }, () => thing("ant", 0.1))];
  const line = renderScenes([{ width: 200, height: 100, caption: "A table.", things, words: "OPEN" }]);
  const scene = JSON.parse(line.replace("Picture 1: ", "")) as { things: object[] };
  expect(scene).toMatchObject({ caption: "A table.", thingsLeftOut: 2, words: "OPEN" });
  expect(scene.things.slice(0, 2)).toEqual([
    { label: "dog", score: 0.99, box: [0.25, 0, 0.5, 0.25] },
    { label: "cup", score: 0.5, box: [0.25, 0, 0.5, 0.25] },
  ]);
});

it.each(hostileTexts)("words that stand in a picture stay on one line, as data: $name", ({ text }) => {
  const words = text.slice(0, 4000);
  const rendered = renderScenes([{ width: 1, height: 1, things: [], words }]);
  expect(rendered.split(/[\r\n\u2028\u2029]/)).toHaveLength(1);
  expect(rendered).not.toMatch(/[<>]/);
  expect(JSON.parse(rendered.replace("Picture 1: ", ""))).toMatchObject({ words });
});

it("answers from what the built-in experts find in a photograph", { timeout: 60_000 }, async () => {
  const open = () => openSymbolicVlm(backendOf(server));
  const expert = connectVlm("visual-question-answering", { open });
  const image = { path: join(SAMPLES, "coffee.png"), mediaType: "image/png", name: "coffee.png" };
  const context = { signal: new AbortController().signal, scratch: "/nowhere" };
  expect(await expert.run(await expert.load(), { image, question: "How many cups are there?" }, context)).toEqual({
    text: "Two cups.",
  });
  const [asked] = server.asked;
  const [system, question] = asked?.messages ?? [];
  expect(JSON.stringify(asked)).not.toContain("image_url");
  expect(system?.role).toBe("system");
  expect(system?.content).toMatch(/"label":"cup","score":0\.\d+,"box":\[/);
  expect(question?.content).toMatch(/^\[picture 1\]\nHow many cups are there\?/);
});

it("is told apart from a model that sees, by the name of the model", () => {
  const settings = transformersProvider.settings.parse({ model: "acme/writer", sees: "symbolic" });
  expect(transformersProvider.model(settings)).toBe(
    "acme/writer (symbolic view: reads what programs found in the picture, does not see it)",
  );
});
