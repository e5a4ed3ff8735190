/** Vision-language models in this process, as a backend of the tasks in tools/vlm/. */
import type { Tensor } from "@huggingface/transformers";
import { z } from "zod";
import { asTuttiError, TuttiError } from "../../../../src/errors.ts";
import type { VlmBackend, VlmRequest } from "../../../vlm/backend.ts";
import { assertWanted, stopOn } from "../generation.ts";
import type { ModelAccess } from "../runner.ts";
import { Turns } from "./turns.ts";
import { openVlmModel, prepare, takesSeveral, type Tensors, type VlmModel } from "./vlm-model.ts";

interface Prepared {
  readonly tensors: Tensors;
  readonly maxTokens: number;
  readonly request: VlmRequest;
  readonly at: number;
}

const SIDE = 1024;
const PIXELS = 4_000_000;
const PICTURES = 16;

/** @param eyes whether it shall see; without them it only reads what it is told of the pictures */
export async function openVlmBackend(access: ModelAccess, eyes = true): Promise<VlmBackend> {
  const vlm = await openVlmModel(access, eyes);
  const turns = new Turns();
  const limits = { pictures: takesSeveral(vlm) ? PICTURES : 1, side: access.settings.maxSide ?? SIDE, pixels: PIXELS };
  return {
    limits,
    async *generate(request) {
      const done = await turns.take(request.signal);
      try {
        yield* stream(vlm, request);
      } finally {
        done();
      }
    },
    async generateBatch(requests) {
      const signals = requests.map(({ signal }) => signal);
      const done = await turns.take(new AbortController().signal);
      try {
        return (await answerAll(vlm, requests)).map((answer, at) =>
          signals[at]?.aborted === true ? new TuttiError("canceled", "the step was canceled") : answer,
        );
      } finally {
        done();
      }
    },
    close: async () => {
      await vlm.model.dispose();
    },
  };
}

/** Words as they are written. Whoever stops reading, or aborts, stops the model before its next token. */
async function* stream(vlm: VlmModel, request: VlmRequest): AsyncGenerator<string> {
  const { library, model, tokenizer } = vlm;
  assertWanted(request.signal);
  const { tensors, maxTokens } = await prepare(vlm, request);
  const unread = new AbortController();
  let written: Promise<unknown> = Promise.resolve();
  const words = new ReadableStream<string>({
    start(controller) {
      const streamer = new library.TextStreamer(tokenizer, {
        skip_prompt: true,
        skip_special_tokens: true,
        callback_function: (text: string) => {
          if (!unread.signal.aborted && text !== "") controller.enqueue(text);
        },
      });
      const signal = AbortSignal.any([request.signal, unread.signal]);
      const options = { ...greedy(maxTokens), streamer, stopping_criteria: stopOn(library, [signal]) };
      written = finish(model.generate({ ...tensors, ...options }), controller, unread.signal);
    },
  });
  try {
    yield* words;
  } finally {
    unread.abort();
    await written;
  }
  assertWanted(request.signal);
}

/** Never rejects: the reader is told, if there is one still. */
async function finish(
  writing: Promise<unknown>,
  controller: ReadableStreamDefaultController<string>,
  unread: AbortSignal,
): Promise<void> {
  try {
    await writing;
    if (!unread.aborted) controller.close();
  } catch (error) {
    if (!unread.aborted) controller.error(error);
  }
}

/** Those whose tensors are alike go together: the same question about several pictures, for the most part. */
async function answerAll(vlm: VlmModel, requests: readonly VlmRequest[]): Promise<(string | Error)[]> {
  const answers: (string | Error)[] = requests.map(() => new TuttiError("canceled", "the step was canceled"));
  const prepared: Prepared[] = [];
  for (const [at, request] of requests.entries()) {
    if (request.signal.aborted) continue;
    try {
      prepared.push({ ...(await prepare(vlm, request)), request, at });
    } catch (error) {
      answers[at] = asTuttiError(error, "expert-failed");
    }
  }
  for (const group of Map.groupBy(prepared, likeness).values()) {
    const texts = await answerGroup(vlm, group);
    for (const [index, { at }] of group.entries()) answers[at] = texts[index] ?? "";
  }
  return answers;
}

function likeness({ tensors, maxTokens }: Prepared): string {
  const shapes = Object.entries(tensors).map(([name, { dims }]) => `${name}:${dims.join("x")}`);
  return [...shapes.toSorted(), maxTokens].join(" ");
}

async function answerGroup({ library, model, tokenizer }: VlmModel, group: readonly Prepared[]): Promise<string[]> {
  const [first] = group;
  if (!first) return [];
  const names = Object.keys(first.tensors);
  const together = names.map((name) => {
    const parts = group.flatMap(({ tensors }) => tensors[name] ?? []);
    return [name, library.cat(parts, 0)] as const;
  });
  const made = await model.generate({
    ...Object.fromEntries(together),
    ...greedy(first.maxTokens),
    stopping_criteria: stopOn(
      library,
      group.map(({ request }) => request.signal),
    ),
  });
  const asked = first.tensors["input_ids"]?.dims[1] ?? 0;
  const ends = endTokens(model.generation_config, tokenizer.eos_token_id);
  if (!(made instanceof library.Tensor)) throw new TuttiError("internal", "the model gave more than its tokens");
  return rowsOf(made).map((row) => {
    // A row that has come to its end is gone on with until all have.
    const ids = row.slice(asked);
    const end = ids.findIndex((id) => ends.has(Number(id)));
    const kept = end === -1 ? ids : ids.slice(0, end);
    return kept.length === 0 ? "" : tokenizer.decode(kept, { skip_special_tokens: true });
  });
}

/** The same request, the same answer. */
function greedy(maxTokens: number) {
  return { max_new_tokens: maxTokens, do_sample: false };
}

function rowsOf(sequences: Tensor): bigint[][] {
  return z.array(z.array(z.bigint())).parse(sequences.tolist());
}

const endSchema = z.object({ eos_token_id: z.union([z.number().transform((id) => [id]), z.array(z.number())]) });

function endTokens(config: unknown, fallback: number): ReadonlySet<number> {
  const parsed = endSchema.safeParse({ ...Object(config) });
  return new Set(parsed.success ? parsed.data.eos_token_id : [fallback]);
}
