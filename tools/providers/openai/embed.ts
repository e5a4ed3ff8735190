/** Texts -> vectors, several in one request. */
import { asTuttiError } from "../../../src/errors.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import type { TokenUsage } from "../../../src/run/usage.ts";
import { requireInput } from "./choose-api.ts";
import { withExtra } from "./extra.ts";
import { readVectors } from "./read-vectors.ts";
import { readJson, type Call, type Server } from "./server.ts";
import type { OpenaiSettings } from "./settings.ts";
import { templateFor } from "./template.ts";
import { usageIn } from "./usage.ts";

type Inputs = Readonly<Record<string, unknown>>;
type Outputs = Record<string, unknown>;

export interface Embedder {
  /** @throws TuttiError */
  readonly one: (inputs: Inputs, call: Call) => Promise<Outputs>;
  /**
   * An output or an error for each, in order.
   * @param calls to each of which its share of the tokens is told
   * @param whole ends when none of them is wanted any more
   * @throws TuttiError where it is not known whose fault it is
   */
  readonly several: (all: readonly Inputs[], calls: readonly Call[], whole: Call) => Promise<(Outputs | Error)[]>;
}

export function embedderFor(task: TaskSpec, settings: OpenaiSettings, server: Server): Embedder {
  const { input, output } = requireInput(task, "embeddings");
  const { model, options } = settings;
  const space = spaceOf(settings);
  const fill = templateFor(task, settings.prompt ?? `{{${input}}}`);

  async function embed(texts: readonly string[], call: Call): Promise<Outputs[]> {
    const fields = {
      model,
      // Some servers take no list.
      input: texts.length === 1 ? texts[0] : texts,
      dimensions: options.dimensions,
      encoding_format: "float",
    };
    const answer = await readJson(server, await server.post("embeddings", withExtra(settings, fields), call));
    const usage = usageIn(answer);
    if (usage) call.tell?.(usage);
    return readVectors(answer, texts.length, server.host).map((vector) => ({ [output]: { space, vector } }));
  }

  return {
    async one(inputs, call) {
      const [made = {}] = await embed([fill(inputs)], call);
      return made;
    },
    async several(all, calls, whole) {
      const texts = all.map((inputs) => attempt(() => fill(inputs)));
      const good = texts.flatMap((text, at) => (text instanceof Error ? [] : [{ text, call: calls[at] }]));
      const letters = good.reduce((sum, { text }) => sum + text.length, 0);
      const tell = (usage: TokenUsage): void => {
        for (const { text, call } of good) call?.tell?.(shareOf(usage, text.length / letters));
      };
      const words = good.map(({ text }) => text);
      const made = words.length === 0 ? [] : await embed(words, { ...whole, tell });
      const rest = made.values();
      return texts.map((text) => (text instanceof Error ? text : (rest.next().value ?? {})));
    },
  };
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return asTuttiError(error, "expert-failed");
  }
}

/** One request tells of all its texts together. */
function shareOf({ inputTokens, cost }: TokenUsage, part: number): TokenUsage {
  return {
    ...(inputTokens !== undefined && { inputTokens: Math.round(inputTokens * part) }),
    ...(cost !== undefined && { cost: cost * part }),
  };
}

/** Not of the host: the same model gives the same vectors wherever it runs. */
function spaceOf({ model, space, options: { dimensions } }: OpenaiSettings): string {
  return `${model}${dimensions === undefined ? "" : `:${dimensions}`}@${space}`;
}
