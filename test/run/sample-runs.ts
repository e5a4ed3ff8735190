/** A small run with some of everything, for the tests of its pictures. */
import { drive, from, number, type RunDriver, text, texts } from "./drive-run.ts";

const photo = "1".repeat(64);
const note = "2".repeat(64);
const speech = "3".repeat(64);
const image = { type: "asset", kind: "image" } as const;
const content = [
  { ...image, asset: photo, name: "coffee.png" },
  { ...image, asset: note, name: "note.png" },
];

const found = (label: string) => ({ label, score: 0.9, box: { xmin: 0, ymin: 0, xmax: 5, ymax: 5 } });

/** Planned, nothing has begun. */
export function plannedRun(): RunDriver {
  return drive({ messages: [{ role: "user", content }] }).plan(
    { id: "t1", task: "object-detection", inputs: { image: { asset: photo } } },
    { id: "t2", task: "optical-character-recognition", inputs: { image: { asset: note } } },
    { id: "t3", task: "annotate-boxes", inputs: { image: { asset: photo }, boxes: from("t1", "boxes") } },
    {
      id: "t4",
      task: "crop",
      inputs: { image: { asset: photo }, label: { value: text("cup") } },
      when: { from: "t1", output: "boxes", op: "contains", value: "dog" },
    },
    {
      id: "t5",
      task: "sentiment",
      each: { over: from("t2", "lines") },
      inputs: { text: { item: true } },
      outputTypes: { score: "number" },
    },
    {
      id: "t6",
      task: "text-to-speech",
      inputs: { text: { template: ["It says: ", from("t2", "text")] } },
      after: ["t3"],
    },
  );
}

/** Ended, with a retry, a failure, a branch not taken and a lost item. */
export function partialRun(): RunDriver {
  const run = plannedRun().closePlan().start("t1").start("t2");
  const boxes = [found("cup"), found("spoon"), found("table")];
  run.complete("t1", { boxes: { type: "boxes", value: boxes } }, { queueMs: 12, loadMs: 800, runMs: 400 });
  run.fail("t2", { code: "worker-crashed", message: "the process died" }, 1);
  const words = "buy milk,\neggs, bread and a great many other things";
  run.run("t2", { text: text(words), lines: texts("buy milk", "eggs", "bread") });
  run.lose("t3", { code: "bad-input", message: "the picture is truncated" });
  run
    .run("t5__0", { score: number(0.2) })
    .lose("t5__1")
    .run("t5__2", { score: number(0.9) });
  return run.run("t6", { audio: { type: "audio", asset: speech, name: "speech.wav" } }, { runMs: 990 }).answer();
}
