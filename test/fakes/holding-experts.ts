/** Experts that hold on to a step until a file is there, so that a test can do things in the meantime. */
import { access, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { TuttiError } from "../../src/errors.ts";
import { defineTask } from "../../src/registry/task-spec.ts";
import { defineExpert, type Expert } from "../../tools/define-expert.ts";
import { scriptedCard } from "./scripted-experts.ts";

const hold = defineTask({
  id: "hold",
  title: "Hold",
  description: "Waits until a file is there.",
  inputs: { text: { type: "text", description: "Path of the file." } },
  outputs: { text: { type: "text", description: "The same path." } },
});

const LOOK_MS = 20;

/** Tells by files that it began (`.begun`) and that it was told to stop (`.stopped`). */
async function wait(path: string, signal: AbortSignal): Promise<string> {
  await writeFile(`${path}.begun`, "");
  while (!(await isThere(path))) {
    if (signal.aborted) {
      await writeFile(`${path}.stopped`, "");
      throw new TuttiError("canceled", "told to stop");
    }
    await sleep(LOOK_MS);
  }
  return path;
}

export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

export const experts: readonly Expert[] = [
  defineExpert({
    task: hold,
    card: scriptedCard("test/hold", hold, {
      runtime: "hold",
      limits: { timeoutMs: 60_000, concurrency: 2, memoryMiB: 10 },
      pure: false,
    }),
    load: () => Promise.resolve(undefined),
    run: async (_model, { text }, { signal }) => ({ text: await wait(text, signal) }),
  }),
];
