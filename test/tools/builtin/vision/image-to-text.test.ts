/** What a sceptic would doubt: that a caption which was never seen as a whole is true. */
import { describe, expect, it } from "vitest";
import { imageToTextExpert } from "../../../../tools/builtin/image-to-text.ts";
import { runExpert, sample } from "../run-expert.ts";

const describePicture = async (name: string) =>
  (await runExpert<{ text: string }>(imageToTextExpert, { image: sample(name) })).text;

describe("composed caption", () => {
  it.each([
    ["chelsea.png", "A close-up of a cat, in mostly brown and grey tones."],
    ["coffee.png", "A cup in the middle of the picture, in mostly brown and red tones."],
    ["rocket.jpg", "A dark picture in mostly blue tones, with nothing in it that was recognised for certain."],
    ["astronaut.png", "A person with the face visible, filling most of the picture, in mostly grey and black tones."],
  ])("%s: %s", async (name, caption) => {
    expect(await describePicture(name)).toBe(caption);
  });

  it("quotes a note's beginning, cut at a word", async () => {
    const caption = await describePicture("note.png");
    expect(caption).toMatch(
      /^A picture of a text that begins “Dear Anna, thank you for the wonderful weekend in Lisbon! .* …”/,
    );
  });

  it("says on its card that it is composed", () => {
    expect(imageToTextExpert.card.title).toContain("composed from detections");
    expect(imageToTextExpert.card.quality).toMatch(/^Composed from detections/);
  });
});
