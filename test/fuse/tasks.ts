/** A few tasks as the fuser knows them, so that a test does not hang on the wording of the real ones. */
import { defineTask, type TaskSpec } from "../../src/registry/task-spec.ts";
import type { FindTask } from "../../src/fuse/subject.ts";
import { assetTypes, type ValueType } from "../../src/run/value.ts";

const port = (type: ValueType, noun?: string) => ({ type, description: "", ...(noun === undefined ? {} : { noun }) });

export const tasks: readonly TaskSpec[] = [
  defineTask({
    id: "caption",
    title: "Caption",
    description: "",
    inputs: { image: port("image") },
    outputs: { text: port("text", "description") },
    says: "{input.image} shows: {output.text}",
  }),
  defineTask({
    id: "summary",
    title: "Summary",
    description: "",
    inputs: { text: port("text") },
    outputs: { text: port("text", "summary"), score: port("number") },
    says: "Summary of {input.text}: {output.text} ({output.score})",
  }),
  defineTask({
    id: "crop",
    title: "Crop",
    description: "",
    inputs: { image: port("image") },
    outputs: { image: port("image"), all: port({ list: "image" }) },
    says: "Cut {output.image} out of {input.image}.",
  }),
  defineTask({
    id: "shout",
    title: "Shout",
    description: "",
    inputs: { text: port("text") },
    outputs: { text: port("text") },
  }),
  defineTask({
    id: "join",
    title: "Join",
    description: "",
    inputs: { texts: port({ list: "text" }) },
    outputs: { text: port("text", "whole") },
  }),
  defineTask({
    id: "split",
    title: "Split",
    description: "",
    inputs: { text: port("text") },
    outputs: { words: port({ list: "text" }, "word") },
  }),
];

export const findTask: FindTask = (id) => tasks.find((task) => task.id === id);

export const photo = "1".repeat(64);
export const other = "2".repeat(64);

/** A message with a photo that has a name, and one that has none. */
export const photos = {
  role: "user" as const,
  content: [
    { type: "asset" as const, asset: photo, kind: assetTypes[0], name: "coffee.png" },
    { type: "asset" as const, asset: other, kind: assetTypes[0] },
  ],
};
