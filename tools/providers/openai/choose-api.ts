/** Which part of the API does a task, by the types of its inputs and outputs. Pure. */
import { TuttiError } from "../../../src/errors.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { formatType, type ValueType } from "../../../src/run/value.ts";
import { vlmTasks } from "../../vlm/tasks/index.ts";
import type { Api, OpenaiSettings } from "./settings.ts";

/** In a picture, a chat reads words but can't be trusted with places: it gives no boxes. */
export const READING = "optical-character-recognition";

const specials = ["embeddings", "transcriptions", "speech", "images"] as const satisfies readonly Api[];
type Special = (typeof specials)[number];

/** What has to go in, and what comes out. */
const shapes: Readonly<Record<Special, readonly [input: ValueType, output: ValueType]>> = {
  embeddings: ["text", "embedding"],
  transcriptions: ["audio", "text"],
  speech: ["text", "audio"],
  images: ["text", "image"],
};

/** @throws TuttiError `bad-input` where what is wanted, or all there is, can't do the task */
export function chooseApi(task: TaskSpec, { api: wanted, prompt }: Pick<OpenaiSettings, "api" | "prompt">): Api {
  const fitting = specials.find((api) => inputOf(task, api) !== undefined);
  const api = wanted ?? fitting ?? "chat";
  if (api === "chat") {
    const fault = isVision(task, prompt) ? undefined : whyNoChat(task);
    if (fault !== undefined) throw new TuttiError("bad-input", `${task.id} can't be done by a chat: ${fault}`);
  } else if (inputOf(task, api) === undefined) {
    const [input, output] = shapes[api].map(formatType);
    const message = `settings.api: ${api} makes ${output} of ${input}, which is not what ${task.id} does`;
    throw new TuttiError("bad-input", message);
  }
  return api;
}

/** The input that the API works on; undefined where the task has another shape. */
function inputOf(task: TaskSpec, api: Special): string | undefined {
  const [input, output] = shapes[api];
  const needed = Object.entries(task.inputs).filter(([, { optional = false }]) => !optional);
  const given = Object.values(task.outputs);
  const [name, spec] = needed[0] ?? [];
  return needed.length === 1 && given.length === 1 && spec?.type === input && given[0]?.type === output
    ? name
    : undefined;
}

/** @throws TuttiError `internal` where the API was not chosen by {@link chooseApi} */
export function requireInput(task: TaskSpec, api: Special): { readonly input: string; readonly output: string } {
  const input = inputOf(task, api);
  const [output] = Object.keys(task.outputs);
  if (input === undefined || output === undefined) throw new TuttiError("internal", `${api} doesn't do ${task.id}`);
  return { input, output };
}

/** Whether it is done in the way of all vision-language models, which have their own prompts. */
export function isVision({ id }: TaskSpec, prompt: string | undefined): boolean {
  return vlmTasks.has(id) && prompt === undefined;
}

function whyNoChat({ id, inputs, outputs }: TaskSpec): string | undefined {
  if (id === READING) return undefined;
  const takes = new Set<ValueType>(["video", "document", "embedding"]);
  const gives = new Set<ValueType>(["image", "audio", "video", "document", "mask", "boxes", "embedding"]);
  const input = Object.entries(inputs).find(([, { type, optional }]) => takes.has(baseOf(type)) && optional !== true);
  if (input) return `it takes no ${formatType(input[1].type)} (${input[0]})`;
  const output = Object.entries(outputs).find(([, { type }]) => gives.has(baseOf(type)));
  return output && `it gives no ${formatType(output[1].type)} (${output[0]})`;
}

/** Of a list, what it is a list of. */
export function baseOf(type: ValueType): Exclude<ValueType, object> {
  return typeof type === "string" ? type : baseOf(type.list);
}
