import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import { assertWanted } from "../generation.ts";
import { whole, type TaskRunner } from "../runner.ts";
import { saveSound } from "../sound.ts";
import { assertFits, textOf } from "./text.ts";

const soundSchema = z.object({ audio: z.instanceof(Float32Array), sampling_rate: z.number().positive() });

/** Models that need the recording of a voice besides, or a second model, are not of use here. */
const complete = new Set(["vits"]);

export const textToSpeech: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const { model_type: type } = model.config;
    if (!complete.has(type)) {
      const message = `${model.name} is a ${type}, which can't speak alone; take one of ${[...complete].join(", ")}`;
      throw new TuttiError("expert-unavailable", message);
    }
    const pipe = await library.pipeline("text-to-audio", model.folder, options);
    return {
      async run(inputs, { signal, scratch }) {
        const text = textOf(inputs);
        assertFits(pipe.tokenizer, model, text);
        assertWanted(signal);
        const { audio, sampling_rate: rate } = soundSchema.parse(await pipe(text, {}));
        return { audio: await saveSound(audio, rate, scratch) };
      },
      close: () => pipe.dispose(),
    };
  },
};
