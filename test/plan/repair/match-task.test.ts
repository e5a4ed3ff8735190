/** Is a task found by what people call it, and nothing found where that could be anything? */
import { describe, expect, it } from "vitest";
import { tasksOf } from "../../../src/cli/taskbench.ts";
import { createTaskMatcher } from "../../../src/plan/repair/match-task.ts";
import { apis, tools } from "./fixture.ts";

const match = createTaskMatcher(tasksOf([...tools, ...apis]));
const find = (name: string) => match(name, () => true)?.id;

describe("a task", () => {
  it.each([
    ["Video Trimmer", "Video Trimmer"],
    ["video-trimmer", "Video Trimmer"],
    ["VideoTrimmer", "Video Trimmer"],
    ["Video Trimmers", "Video Trimmer"],
    ["Audio Dictation", "Dictation"],
    ["Dictation (voice typing)", "Dictation"],
    ["Voice Typing", "Dictation"],
    ["Picture Descripton", "Picture Description"],
    ["bookTable", "book_table"],
    ["Instant Dictation", "Dictation"],
  ])("is found by %s", (name, id) => {
    expect(find(name)).toBe(id);
  });

  it.each([
    "",
    "Text",
    "Text-to-Text",
    "Shortening Merging",
    "Image Shortening",
    "Video Dictation",
    "Sentence Translation",
    "x".repeat(5000),
  ])("is not guessed from %s", (name) => {
    expect(find(name)).toBeUndefined();
  });

  it("is not found by its wording alone, where the arguments don't fit", () => {
    expect(match("Voice Typing", () => false)).toBeUndefined();
    expect(match("video trimmer", () => false)?.id).toBe("Video Trimmer");
  });
});
