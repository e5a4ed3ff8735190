/** Text -> speech. */
import { TuttiError } from "../../../src/errors.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { requireInput } from "./choose-api.ts";
import { withExtra } from "./extra.ts";
import { keepMade, type Maker } from "./made-file.ts";
import type { Server } from "./server.ts";
import type { OpenaiSettings } from "./settings.ts";
import { templateFor } from "./template.ts";

/** OpenAI wants one to be named. */
const VOICE = "alloy";

export function speakerFor(task: TaskSpec, settings: OpenaiSettings, server: Server): Maker {
  const { input, output } = requireInput(task, "speech");
  const fill = templateFor(task, settings.prompt ?? `{{${input}}}`);
  const { voice = VOICE, speed, instructions, format = "mp3" } = settings.options;
  const { model } = settings;
  return async (inputs, call, scratch) => {
    const fields = { model, input: fill(inputs), voice, speed, instructions, response_format: format };
    const response = await server.post("audio/speech", withExtra(settings, fields), call);
    if (/\bjson\b/i.test(response.headers.get("content-type") ?? "")) {
      await response.body?.cancel();
      throw new TuttiError("expert-failed", `${server.host} answers with JSON in place of sound`);
    }
    return { [output]: await keepMade(response, { scratch, output, kind: "audio", host: server.host }) };
  };
}
