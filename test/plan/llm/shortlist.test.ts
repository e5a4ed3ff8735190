/** Is the tool that is needed among those that a model is told of, when it can't be told of all? */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { caseSchema, tasksOf, toolsSchema } from "../../../src/cli/taskbench.ts";
import { describeTasks } from "../../../src/plan/llm/describe-tasks.ts";
import { createShortlist } from "../../../src/plan/llm/shortlist.ts";
import type { Embedder } from "../../../src/ports/embedder.ts";
import { knownTasks } from "../../../tools/tasks/index.ts";

const pick = async (text: string, characters: number, embedder?: Embedder) =>
  (await createShortlist(embedder).pick(text, knownTasks, { characters })).map(({ id }) => id);

it("offers all tasks where there is room, whatever is asked", async () => {
  expect(await pick("Blur the faces.", 100_000)).toEqual(knownTasks.map(({ id }) => id));
});

it("keeps within its room, in the catalogue's order, the same every time", async () => {
  const ids = await pick("Blur the faces in the photo, then read the sign aloud.", 1500);
  expect(ids).toEqual(expect.arrayContaining(["image-blur", "text-to-speech"]));
  expect(ids).toEqual(knownTasks.map(({ id }) => id).filter((id) => ids.includes(id)));
  expect(describeTasks(knownTasks.filter(({ id }) => ids.includes(id))).length).toBeLessThanOrEqual(1500);
  expect(await pick("Blur the faces in the photo, then read the sign aloud.", 1500)).toEqual(ids);
});

it("finds tasks by meaning where no word is shared, and does without an embedder that fails", async () => {
  const text = "Qwertz uiop!";
  const about = (one: string): boolean => one === text || one.includes("how far away");
  const meaning: Embedder = {
    space: "test",
    embed: (texts) => Promise.resolve(texts.map((one) => (about(one) ? [1, 0] : [0, 1]))),
  };
  const [depth] = knownTasks.filter(({ examples = [], description, title }) =>
    [...examples, `${title}. ${description}`].some(about),
  );
  expect(depth).toBeDefined();
  expect(await pick(text, 400, meaning)).toContain(depth?.id);
  const broken: Embedder = { space: "test", embed: () => Promise.reject(new Error("no model")) };
  expect(await pick("Blur the faces.", 800, broken)).toEqual(await pick("Blur the faces.", 800));
});

const folder = join(import.meta.dirname, "../../../../shared/data/taskbench");

describe.skipIf(!existsSync(folder))("TaskBench's tuning cases (skipped where ../shared/data is not there)", () => {
  it("has nine of ten reference tools among ten of 23", async () => {
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    const tasks = tasksOf(toolsSchema.parse(JSON.parse(read("tools.json"))).nodes);
    expect(tasks.length).toBe(23);
    const cases = read("tune.jsonl")
      .trim()
      .split("\n")
      .map((line) => caseSchema.parse(JSON.parse(line)));
    const recall = async (count: number): Promise<number> => {
      const shortlist = createShortlist();
      let [found, all] = [0, 0];
      for (const { user_request: text, nodes = [] } of cases) {
        const offered = (await shortlist.pick(text, tasks, { characters: 1e6, most: count })).map(({ id }) => id);
        expect(offered.length).toBe(count);
        for (const node of new Set(nodes)) {
          all += 1;
          if (offered.includes(node)) found += 1;
        }
      }
      return found / all;
    };
    expect(await recall(10)).toBeGreaterThan(0.9);
    expect(await recall(15)).toBeGreaterThan(0.95);
  });
});
