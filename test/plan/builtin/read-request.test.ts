/** Are quotations, file names and plain words told apart, apostrophes and all? */
import { describe, expect, it } from "vitest";
import { fileNames, readRequest } from "../../../src/plan/builtin/read-request.ts";
import { filesOf } from "./plan-request.ts";

const read = (text: string, names = ""): string[] =>
  readRequest(text, filesOf(names)).map((word) => {
    if (word.kind === "quote") return `<${word.content}>`;
    if (word.kind === "file") return `{${word.asset?.name ?? `${word.text}?`}}`;
    return word.text;
  });

describe("quotations", () => {
  it.each([
    ["say 'good night'", "say <good night>"],
    ['say "it\'s late" now', "say <it's late> now"],
    [
      "'In today's world, the students' books are here.' is it?",
      "<In today's world, the students' books are here.> is it ?",
    ],
    ["'The day is warm.' and 'Today's weather is hot.'", "<The day is warm.> and <Today's weather is hot.>"],
    ["“Guten Tag” and «bonjour» and „hallo“", "<Guten Tag> and <bonjour> and <hallo>"],
    ["don't touch the dogs' bowl", "don't touch the dogs bowl"],
    ["an open ' quote", "an open quote"],
    ["see https://example.com/a.png, please", "see <https://example.com/a.png> , please"],
  ])("%s", (text, words) => {
    expect(read(text).join(" ")).toBe(words);
  });
});

describe("files", () => {
  it("are known by name and by handle, quoted or not, the longest name first", () => {
    const words = read("join 'a.png' and (my-a.png), or image-2 with b.png", "a.png my-a.png");
    expect(words.join(" ")).toBe("join {a.png} and ( {my-a.png} ) , or {my-a.png} with {b.png?}");
  });

  it("are found in a text by their endings", () => {
    expect(fileNames("Use 'x.jpg', x.jpg, UserManual.txt and e.g. v1.2 of it.")).toEqual(["x.jpg", "UserManual.txt"]);
  });
});
