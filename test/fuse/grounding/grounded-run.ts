/** A run with results of every kind, and the evidence of it. */
import type { Answer } from "../../../src/fuse/answer.ts";
import { evidenceOf, loadAttachedTexts, loadOutputs, type Evidence } from "../../../src/fuse/grounding/evidence.ts";
import { createTemplateFuser } from "../../../src/fuse/template-fuser.ts";
import type { FuseInput } from "../../../src/ports/fuser.ts";
import type { RunState } from "../../../src/run/state.ts";
import type { Message } from "../../../src/run/request.ts";
import { drive, from, number, text, type RunDriver } from "../../run/drive-run.ts";
import { findTask, photo, photos } from "../tasks.ts";

export const never = new AbortController().signal;
export const noLoad: FuseInput["load"] = () => Promise.reject(new Error("nothing here is spilled"));
export const template = createTemplateFuser(findTask);

const box = (label: string, score: number, xmin: number) => ({
  label,
  score,
  box: { xmin, ymin: 20.4, xmax: xmin + 101, ymax: 233 },
});

/** Two cups seen, a text read, its length measured, a picture cut out, one step lost and one skipped for it. */
export function groundedRun(said = "How many cups are there, and what does the sign say?"): RunDriver {
  const question: Message = { role: "user", content: [{ type: "text", text: said }, ...photos.content] };
  const run = drive({ messages: [question] })
    .plan(
      { id: "t1", task: "detect", inputs: { image: { asset: photo } } },
      { id: "t2", task: "read", inputs: { image: { asset: photo } } },
      { id: "t3", task: "summary", inputs: { text: from("t2", "text") } },
      { id: "t4", task: "crop", inputs: { image: { asset: photo } } },
      { id: "t5", task: "caption", inputs: { image: { asset: photo } } },
      { id: "t6", task: "shout", inputs: { text: from("t5", "text") } },
    )
    .closePlan();
  run.run("t1", {
    text: text("2 cups, 1 spoon"),
    boxes: { type: "boxes", value: [box("cup", 0.923, 12), box("cup", 1, 300), box("spoon", 0.41, 555)] },
  });
  run.run("t2", {
    text: text("ABBEY ROAD NW8, open 4:33, see https://abbey.example/x?y=1 or call 020 7946 0018 [Music]"),
  });
  run.run("t3", { text: text("A sign. It has 12,345 letters."), score: number(15.714) });
  run.run("t4", { image: { type: "image", asset: "3".repeat(64), name: "crop-1.png" } });
  return run.lose("t5", { message: "the model is missing" });
}

export async function evidence(state: RunState, load = noLoad): Promise<{ evidence: Evidence; told: Answer }> {
  const told = await template.fuse({ state, load }, never);
  const outputs = await loadOutputs({ state, load });
  return { told, evidence: evidenceOf(state, outputs, told, await loadAttachedTexts({ state, load })) };
}
