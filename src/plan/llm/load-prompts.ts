/** Reads what the planner says to a language model: its prompts and demonstrations. */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { asTuttiError, TuttiError } from "../../errors.ts";
import { PROMPTS_FOLDER, readPrompt, readPromptFile } from "../../prompts/prompts-folder.ts";
import type { PlanInput, RequestAsset } from "../../ports/planner.ts";
import { typeOfEnding } from "../builtin/lexicon.ts";

const demoSchema = z.strictObject({
  request: z.string().min(1),
  /** Names of files that come with it; the ending says what they are. */
  files: z.array(z.string()).default([]),
  history: z.array(z.strictObject({ role: z.enum(["user", "assistant"]), text: z.string() })).default([]),
  /** Shown with every request, and so part of what never changes. */
  always: z.boolean().default(false),
  /** Wrong where one of these tasks can be done. */
  unless: z.array(z.string()).default([]),
  /** As the model should write it. */
  plan: z.strictObject({
    steps: z.array(z.looseObject({ id: z.string(), task: z.string() })),
    cannot: z.string().default(""),
    reply: z.string().default(""),
  }),
});

export interface Demo extends z.infer<typeof demoSchema> {
  readonly name: string;
}

export interface PlanPrompts {
  readonly plan: Awaited<ReturnType<typeof readPlanPrompt>>;
  readonly request: Awaited<ReturnType<typeof readRequestPrompt>>;
  readonly pictures: Awaited<ReturnType<typeof readPicturesPrompt>>;
  readonly repair: Awaited<ReturnType<typeof readRepairPrompt>>;
  readonly replan: Awaited<ReturnType<typeof readReplanPrompt>>;
  /** By name. */
  readonly demos: readonly Demo[];
}

const readPlanPrompt = (folder: string) => readPrompt("plan", { tasks: "text", impossible: "text" }, folder);
const readRequestPrompt = (folder: string) =>
  readPrompt("request", { files: "text", earlier: "text", quotes: "text", request: "data" }, folder);
const readPicturesPrompt = (folder: string) => readPrompt("pictures", {}, folder);
const readRepairPrompt = (folder: string) =>
  readPrompt("repair", { steps: "text", faulty: "text", problems: "text", id: "text", free: "text" }, folder);
const readReplanPrompt = (folder: string) =>
  readPrompt("replan", { steps: "text", results: "text", free: "text" }, folder);

/** @throws TuttiError `misconfigured` where a file can't be read, or is not what the planner expects */
export async function loadPlanPrompts(folder = PROMPTS_FOLDER): Promise<PlanPrompts> {
  const [plan, request, pictures, repair, replan, demos] = await Promise.all([
    readPlanPrompt(folder),
    readRequestPrompt(folder),
    readPicturesPrompt(folder),
    readRepairPrompt(folder),
    readReplanPrompt(folder),
    readDemos(join(folder, "demos")),
  ]);
  return { plan, request, pictures, repair, replan, demos };
}

async function readDemos(folder: string): Promise<Demo[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new TuttiError("misconfigured", `prompts: ${folder} can't be read: ${asTuttiError(error).message}`);
  });
  const files = names.filter((name) => name.endsWith(".json")).toSorted();
  return Promise.all(files.map(async (file) => readDemo(file, await readPromptFile(join(folder, file)))));
}

/** @throws TuttiError `misconfigured`; the message names the field */
export function readDemo(file: string, text: string): Demo {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new TuttiError("misconfigured", `demo ${file} is no JSON: ${asTuttiError(error).message}`);
  }
  const parsed = demoSchema.safeParse(data);
  if (parsed.success) return { name: basename(file, ".json"), ...parsed.data };
  throw new TuttiError("misconfigured", `demo ${file}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
}

/** A demonstration as a planner would be given it. */
export function inputOfDemo({ request, files, history }: Demo): Pick<PlanInput, "text" | "history" | "assets"> {
  const counts = new Map<string, number>();
  const assets = files.map((name): RequestAsset => {
    const type = typeOfEnding.get(name.slice(name.lastIndexOf(".") + 1).toLowerCase()) ?? "document";
    const count = (counts.get(type) ?? 0) + 1;
    counts.set(type, count);
    const asset = createHash("sha256").update(name).digest("hex");
    return { handle: `${type}-${count}`, asset, type, name };
  });
  return { text: request, history, assets };
}
