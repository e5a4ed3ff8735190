/** Text -> picture: its bytes in the answer, or where they are. */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { decodeBase64 } from "../values/base64.ts";
import { requireInput } from "./choose-api.ts";
import { withExtra } from "./extra.ts";
import { keepMade, type Maker } from "./made-file.ts";
import { readJson, type Call, type Server } from "./server.ts";
import type { OpenaiSettings } from "./settings.ts";
import { templateFor } from "./template.ts";
import { usageIn } from "./usage.ts";

const pictureSchema = z.object({ b64_json: z.string().min(1).nullish(), url: z.string().min(1).nullish() });
const answerSchema = z.object({ data: z.array(pictureSchema).min(1) });
const dataUrl = /^data:[\w./+-]*;base64,/;

export function painterFor(task: TaskSpec, settings: OpenaiSettings, server: Server): Maker {
  const { input, output } = requireInput(task, "images");
  const fill = templateFor(task, settings.prompt ?? `{{${input}}}`);
  const { model } = settings;
  const { size, quality } = settings.options;
  return async (inputs, call, scratch) => {
    const fields = { model, prompt: fill(inputs), n: 1, size, quality, response_format: "b64_json" };
    const answer = await readJson(server, await server.post("images/generations", withExtra(settings, fields), call));
    const picture = answerSchema.safeParse(answer).data?.data[0];
    const usage = usageIn(answer);
    if (usage) call.tell?.(usage);
    const made = await bytesOf(picture, settings.baseUrl, server, call);
    return { [output]: await keepMade(made, { scratch, output, kind: "image", host: server.host }) };
  };
}

async function bytesOf(
  picture: z.infer<typeof pictureSchema> | undefined,
  baseUrl: string,
  server: Server,
  call: Call,
): Promise<Response | Uint8Array> {
  const { host } = server;
  const inline = picture?.b64_json ?? (picture?.url && dataUrl.test(picture.url) ? picture.url : undefined);
  if (inline !== undefined) return decodeBase64(inline.replace(dataUrl, ""), `the picture of ${host}`);
  if (!picture?.url) throw new TuttiError("expert-failed", `${host} answers without a picture`);
  const url = URL.parse(picture.url, baseUrl);
  if (!url) throw new TuttiError("expert-failed", `${host} says that the picture is at no URL`);
  const response = await server.get(url, call);
  if (response.ok) return response;
  await response.body?.cancel();
  throw new TuttiError(
    "expert-failed",
    `the picture that ${host} made can't be fetched: ${url.host} answers ${response.status}`,
  );
}
