/**
 * Experts that run for real in a host process, and are slow, picky, deaf or hungry as a test needs it. A host imports
 * this module by its URL; a test takes the cards from it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { TuttiError } from "../../src/errors.ts";
import type { ExpertCard } from "../../src/registry/expert-card.ts";
import { defineTask } from "../../src/registry/task-spec.ts";
import { defineExpert, type Expert, type InputsOf, type OutputsOf } from "../../tools/define-expert.ts";
import { scriptedCard } from "./scripted-experts.ts";

const echo = defineTask({
  id: "echo",
  title: "Echo",
  description: "Gives a text back.",
  inputs: { text: { type: "text", description: "The text." } },
  outputs: {
    text: { type: "text", description: "The same text." },
    size: { type: "number", description: "Of the call." },
  },
});

type Limits = Partial<ExpertCard["limits"]>;

function cardOf(id: string, limits: Limits = {}, changes: Partial<ExpertCard> = {}): ExpertCard {
  const all = { timeoutMs: 20_000, concurrency: 2, memoryMiB: 10, ...limits };
  return scriptedCard(id, echo, { runtime: "batch", ...changes, limits: all });
}

const batchOf = (max: number, memoryMiB = 0): Limits => ({ batch: { max, waitMs: 0, memoryMiB } });
const load = (): Promise<undefined> => Promise.resolve(undefined);
/** A device that takes 20 ms for a call, and 2 ms for each of its items. */
const compute = (items: number): Promise<void> => sleep(20 + 2 * items);

/** Refuses `bad` texts. */
function echoOf(text: string, size: number): { readonly text: string; readonly size: number } {
  if (text.startsWith("bad")) throw new TuttiError("bad-input", `${text} is refused`);
  return { text, size };
}

type Texts = InputsOf<typeof echo>;

async function runOne(_model: unknown, { text }: Texts): Promise<OutputsOf<typeof echo>> {
  await compute(1);
  return echoOf(text, 1);
}

async function runAll(_model: unknown, inputs: readonly Texts[]): Promise<readonly OutputsOf<typeof echo>[]> {
  await compute(inputs.length);
  return inputs.map(({ text }) => echoOf(text, inputs.length));
}

function devicelike(card: ExpertCard): Expert {
  const { batch } = card.limits;
  return defineExpert({ task: echo, card, load, run: runOne, ...(batch && { runBatch: runAll }) });
}

/** 20 + 2n ms; a bad text fails its whole call, as one that a model chokes on does. */
export const steady = devicelike(cardOf("test/steady", batchOf(16)));
export const single = devicelike(cardOf("test/single", { concurrency: 1 }));
export const onDevice = devicelike(cardOf("test/on-device", { ...batchOf(16, 100), memoryMiB: 1000 }, { lane: "gpu" }));
export const otherOnDevice = devicelike(
  cardOf("test/other-on-device", { memoryMiB: 1500 }, { lane: "gpu", runtime: "other" }),
);
const tooLarge = devicelike(cardOf("test/too-large", { memoryMiB: 5000 }, { lane: "gpu", runtime: "too-large" }));

/** Tells of each text on its own. */
export const careful = defineExpert({
  task: echo,
  card: cardOf("test/careful", batchOf(16)),
  load,
  run: async (_model, { text }) => echoOf(text, 1),
  runBatch: async (_model, inputs, contexts) =>
    inputs.map(({ text }, item) => {
      // As a model that counts in tokens would.
      contexts[item]?.usage?.({ inputTokens: text.length });
      contexts[item]?.usage?.({ inputTokens: 1, outputTokens: item, cost: undefined });
      return text.startsWith("bad") ? new TuttiError("bad-input", text) : echoOf(text, inputs.length);
    }),
});

/** Has memory for four texts. */
export const hungry = defineExpert({
  task: echo,
  card: cardOf("test/hungry", batchOf(16)),
  load,
  run: async (_model, { text }) => echoOf(text, 1),
  async runBatch(_model, inputs) {
    if (inputs.length > 4) throw new Error("CUDA error: out of memory");
    return inputs.map(({ text }) => echoOf(text, inputs.length));
  },
});

/** Takes its time where it is told so; on `deaf` it computes for ever and never looks at its signal, on `bomb` its process dies. */
async function obey(text: string): Promise<void> {
  if (text === "bomb") process.kill(process.pid, "SIGKILL");
  if (text === "deaf") await new Promise(() => {});
  if (text === "slow") await sleep(300);
  if (text === "slower") await sleep(1500);
}

export const stubborn = defineExpert({
  task: echo,
  card: cardOf("test/stubborn", batchOf(16)),
  load,
  async run(_model, { text }) {
    await obey(text);
    return echoOf(text, 1);
  },
  async runBatch(_model, inputs) {
    await Promise.all(inputs.map(({ text }) => obey(text)));
    return inputs.map(({ text }) => echoOf(text, inputs.length));
  },
});

/** Tells which devices its process sees, and which process that is. */
const teller = (id: string, lane: "cpu" | "gpu", memoryMiB = 10, runtime: string = lane): Expert =>
  defineExpert({
    task: echo,
    card: cardOf(id, { memoryMiB }, { lane, runtime }),
    load,
    async run(_model, { text }) {
      await obey(text);
      return { text: `devices=${process.env["CUDA_VISIBLE_DEVICES"]}`, size: process.pid };
    },
  });

export const cpuTeller = teller("test/cpu-teller", "cpu");
export const gpuTeller = teller("test/gpu-teller", "gpu");
/** Models of 600 MiB, each in a process of its own. */
export const large = ["one", "two", "three"].map((name) => teller(`test/large-${name}`, "cpu", 600, `large-${name}`));

export const experts: readonly Expert[] = [
  steady,
  single,
  onDevice,
  otherOnDevice,
  tooLarge,
  careful,
  hungry,
  stubborn,
  cpuTeller,
  gpuTeller,
  ...large,
];
