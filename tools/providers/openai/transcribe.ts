/** Recordings -> text. */
import { openAsBlob } from "node:fs";
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import type { Answerer } from "./answer.ts";
import { requireInput } from "./choose-api.ts";
import { withExtra } from "./extra.ts";
import { extensionOf } from "./recording.ts";
import { readJson, type Server } from "./server.ts";
import type { OpenaiSettings } from "./settings.ts";
import { usageIn } from "./usage.ts";

const fileSchema = z.object({ path: z.string(), mediaType: z.string() });
const answerSchema = z.object({ text: z.string() });

export function transcriberFor(task: TaskSpec, settings: OpenaiSettings, server: Server): Answerer {
  const { input, output } = requireInput(task, "transcriptions");
  const { model, prompt, options } = settings;
  const { language, temperature } = options;
  return async (inputs, call) => {
    const { path, mediaType } = fileSchema.parse(inputs[input]);
    const form = new FormData();
    const fields = withExtra(settings, { model, language, prompt, temperature, response_format: "json" });
    for (const [name, value] of Object.entries(fields)) {
      form.set(name, typeof value === "string" ? value : JSON.stringify(value));
    }
    // Servers go by the extension; what people call their files is nothing to them.
    form.set("file", await openAsBlob(path, { type: mediaType }), `recording.${extensionOf(mediaType)}`);
    const answer = await readJson(server, await server.post("audio/transcriptions", form, call));
    const parsed = answerSchema.safeParse(answer);
    if (!parsed.success) throw new TuttiError("expert-failed", `${server.host} answers without a text`);
    const usage = usageIn(answer);
    if (usage) call.tell?.(usage);
    return { [output]: parsed.data.text.trim() };
  };
}
