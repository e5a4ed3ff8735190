/** A sceptic would doubt that one can see who planned a step, and see it as soon as it is planned. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readWire, startProviderServer, type ProviderServer } from "../fakes/provider-server.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";
import { runProgram } from "./run-program.ts";

const ROOT = join(import.meta.dirname, "../..");
const reading = { id: "t1", task: "optical-character-recognition", inputs: { image: "<image-1>" } };
const feeling = (text: string) => ({ id: "t2", task: "sentiment-analysis", inputs: { text } });
const answer = (...steps: readonly unknown[]) => ({
  pieces: JSON.stringify({ steps, reply: "" }).match(/.{1,7}/gs) ?? [],
});

let server: ProviderServer;
let folder = "";
let remove = (): Promise<void> => Promise.resolve();

beforeAll(async () => {
  server = await startProviderServer(await readWire("openai"));
  ({ folder, remove } = await temporaryFolder());
});

afterAll(async () => {
  await server.close();
  await remove();
});

it("tells of each step who planned it, when it is planned", { timeout: 90_000 }, async () => {
  server.reply(answer(reading, feeling("<t1.words>")), answer(feeling("<t1.text>")));
  const words = "What does the note say, and how does it sound?";
  const main = join(ROOT, "src/cli/main.ts");
  const { output, errors } = await runProgram(
    process.execPath,
    [main, "ask", words, join(ROOT, "test/fixtures/samples/note.png")],
    {
      env: {
        TUTTI_DATA: folder,
        TUTTI_LLM: "none",
        TUTTI_LLM_PLAN: `openai-compatible:${server.url}/v1#test-model`,
        NO_COLOR: "1",
      },
    },
  );
  const lines = output.split("\n");
  const at = (pattern: RegExp): number => lines.findIndex((line) => pattern.test(line));
  const [read, repaired, planned] = [
    at(/^ {2}\+ t1 optical-character-recognition at [\d.]+ s, by the model$/),
    at(/^ {2}\+ t2 sentiment-analysis at [\d.]+ s, repaired by the model$/),
    at(/^ {2}✓ plan/),
  ];
  expect(read, output + errors).toBeGreaterThan(-1);
  expect(repaired, output).toBeGreaterThan(read);
  expect(planned).toBeGreaterThan(repaired);
  expect(at(/note: t2 was repaired by the language model: .*t1\.words/)).toBeGreaterThan(repaired);
});
