/** An expert that looks at how a file begins, whatever its size: a module that TUTTI_EXPERT_MODULES names. */
import { open } from "node:fs/promises";
import { defineTask } from "../../src/registry/task-spec.ts";
import { defineExpert, type Expert } from "../../tools/define-expert.ts";
import { scriptedCard } from "../fakes/scripted-experts.ts";

const HEAD_BYTES = 64;

export const headTask = defineTask({
  id: "bench-head",
  title: "How a file begins",
  description: "Gives the first bytes of a file.",
  inputs: { file: { type: "document", description: "The file." } },
  outputs: { text: { type: "text", description: "Its first bytes, in hex digits." } },
});

export const experts: readonly Expert[] = [
  defineExpert({
    task: headTask,
    card: scriptedCard("bench/head", headTask, { runtime: "bench" }),
    load: () => Promise.resolve(),
    async run(_model, { file }) {
      const handle = await open(file.path);
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
        return { text: buffer.subarray(0, bytesRead).toString("hex") };
      } finally {
        await handle.close();
      }
    },
  }),
];
