/** Does the planner make of ordinary requests exactly the graph that a careful reader would draw? */
import { describe, expect, it } from "vitest";
import { verifies } from "../../e2e/requirements.ts";
import { planRequest } from "./plan-request.ts";

type Example = readonly [request: string, files: string, ...lines: string[]];

const named = (examples: readonly Example[]) =>
  examples.map(([request, files, ...lines]) => ({ request, files, lines }));

async function expectPlans({ request, files, lines }: ReturnType<typeof named>[number]): Promise<void> {
  const planned = await planRequest(request, files);
  expect(planned.lines).toEqual(lines);
  expect(planned.problems).toEqual([]);
}

const references: readonly Example[] = [
  [
    "Rotate the second photo by 90 degrees, make it black and white and resize it to 200 pixels wide",
    "a.png b.png",
    "t1 image-rotate(image=b.png, angle=90)",
    "t2 image-grayscale(image=t1.image)",
    "t3 image-resize(image=t2.image, width=200)",
  ],
  [
    "Describe the two photos, and say how similar the descriptions are.",
    "a.png b.png",
    "t1 image-to-text(image=a.png)",
    "t2 image-to-text(image=b.png)",
    "t3 sentence-similarity(text=t1.text, other=t2.text)",
  ],
  [
    "Which language is this text, summarize it and read the summary aloud: 'Bonjour le monde. Il fait beau.'",
    "",
    't1 language-identification(text="Bonjour le monde. Il fait beau.")',
    't2 summarization(text="Bonjour le monde. Il fait beau.")',
    "t3 text-to-speech(text=t2.text)",
  ],
  [
    "describe each photo and read the descriptions aloud",
    "a.png b.png",
    "t1 image-to-text(image=a.png)",
    "t2 image-to-text(image=b.png)",
    "t3 text-to-speech(text=t1.text)",
    "t4 text-to-speech(text=t2.text)",
  ],
  [
    "Make both photos black and white and describe them",
    "a.png b.png",
    "t1 image-grayscale(image=a.png)",
    "t2 image-grayscale(image=b.png)",
    "t3 image-to-text(image=t1.image)",
    "t4 image-to-text(image=t2.image)",
  ],
  ["Describe image-2", "a.png b.png", "t1 image-to-text(image=b.png)"],
  ["Turn the last picture upside down", "a.png b.png c.png", "t1 image-rotate(image=c.png, angle=180)"],
  [
    "Convert the photo to grayscale, then rotate it 45 degrees counterclockwise",
    "a.png",
    "t1 image-grayscale(image=a.png)",
    "t2 image-rotate(image=t1.image, angle=-45)",
  ],
  [
    "How similar are 'a cat sits' and 'a dog sits'?",
    "",
    't1 sentence-similarity(text="a cat sits", other="a dog sits")',
  ],
  ["Say good morning everybody out loud", "", 't1 text-to-speech(text="good morning everybody")'],
  ["Draw a lighthouse at night", "", 't1 text-to-image(text="a lighthouse at night")'],
  [
    "Summarize this article: The bridge is old. Please call the mayor.",
    "",
    't1 summarization(text="The bridge is old. Please call the mayor.")',
  ],
  [
    "Is this text about sports, politics or cooking? 'The cup final was won by Ajax'",
    "",
    't1 zero-shot-classification(text="The cup final was won by Ajax", labels="sports, politics, cooking")',
  ],
  [
    "Before describing the photo, resize it to 300x200",
    "a.png",
    "t1 image-resize(image=a.png, width=300, height=200)",
    "t2 image-to-text(image=t1.image)",
  ],
];

const gaps: readonly Example[] = [
  [
    "Find the objects in coffee.png and draw boxes around them, read the note in note.png aloud, and tell me whether the note sounds positive or negative.",
    "coffee.png note.png",
    "t1 object-detection(image=coffee.png)",
    "t2 image-annotate(image=coffee.png, boxes=t1.boxes)",
    "t3 optical-character-recognition(image=note.png)",
    "t4 text-to-speech(text=t3.text)",
    "t5 sentiment-analysis(text=t3.text)",
  ],
  [
    "Crop the picture to the cat and describe the crop",
    "pets.png",
    't1 object-detection(image=pets.png, labels="cat")',
    "t2 image-crop(image=pets.png, boxes=t1.boxes)",
    "t3 image-to-text(image=t2.image)",
  ],
  [
    "What people and places are named in the note?",
    "note.png",
    "t1 optical-character-recognition(image=note.png)",
    "t2 token-classification(text=t1.text)",
  ],
  [
    "Draw boxes around the cats and crop the photo to the cats",
    "pets.png",
    't1 object-detection(image=pets.png, labels="cat")',
    "t2 image-annotate(image=pets.png, boxes=t1.boxes)",
    // The boxes that are drawn must not get into the crop's detection: it works on the drawn picture.
    't3 object-detection(image=t2.image, labels="cat")',
    "t4 image-crop(image=t2.image, boxes=t3.boxes)",
  ],
  [
    "Detect the dogs, blur them and make the result black and white",
    "a.png",
    't1 object-detection(image=a.png, labels="dog")',
    "t2 image-blur(image=a.png, boxes=t1.boxes)",
    "t3 image-grayscale(image=t2.image)",
  ],
  [
    "Summarize the recording",
    "talk.wav",
    "t1 automatic-speech-recognition(audio=talk.wav)",
    "t2 summarization(text=t1.text)",
  ],
  [
    "What is said in the recording? Is it positive or negative?",
    "talk.wav",
    "t1 automatic-speech-recognition(audio=talk.wav)",
    "t2 sentiment-analysis(text=t1.text)",
  ],
  [
    "Compare the description of the photo with 'a man on the moon'",
    "a.png",
    "t1 image-to-text(image=a.png)",
    't2 sentence-similarity(text="a man on the moon", other=t1.text)',
  ],
  [
    "provide the description of the photo as an audio file",
    "a.png",
    "t1 image-to-text(image=a.png)",
    "t2 text-to-speech(text=t1.text)",
  ],
  [
    "Read what is written on the sign aloud",
    "sign.jpg",
    "t1 optical-character-recognition(image=sign.jpg)",
    "t2 text-to-speech(text=t1.text)",
  ],
  [
    "Extract the text from the picture and find the names in it",
    "a.png",
    "t1 optical-character-recognition(image=a.png)",
    "t2 token-classification(text=t1.text)",
  ],
];

const questions: readonly Example[] = [
  ["how many people are there?", "a.png", 't1 object-detection(image=a.png, labels="person")'],
  ["what does the sign say?", "a.png", "t1 optical-character-recognition(image=a.png)"],
  // Nobody answers questions about pictures here, so that the picture is described instead.
  ["What colour is the car?", "a.png", "t1 image-to-text(image=a.png)"],
  ["what's this?", "a.png", "t1 image-to-text(image=a.png)"],
  ["?", "a.png", "t1 image-to-text(image=a.png)"],
  [
    "Count the cars in both pictures",
    "a.png b.png",
    't1 object-detection(image=a.png, labels="car")',
    't2 object-detection(image=b.png, labels="car")',
  ],
  [
    "What is in the picture and what language is the text in it?",
    "a.png",
    "t1 image-to-text(image=a.png)",
    "t2 optical-character-recognition(image=a.png)",
    "t3 language-identification(text=t2.text)",
  ],
];

const conditions: readonly Example[] = [
  [
    "If there is a person in the photo, blur the face, otherwise describe it",
    "a.png",
    't1 object-detection(image=a.png, labels="person")',
    't2 object-detection(image=a.png, labels="face") when t1.count gt 0',
    "t3 image-blur(image=a.png, boxes=t2.boxes) when t1.count gt 0",
    "t4 image-to-text(image=a.png) when t1.count eq 0",
  ],
  [
    "Blur the faces if there are more than two people in the picture. Otherwise, make it black and white.",
    "a.png",
    't1 object-detection(image=a.png, labels="person")',
    't2 object-detection(image=a.png, labels="face") when t1.count gt 2',
    "t3 image-blur(image=a.png, boxes=t2.boxes) when t1.count gt 2",
    "t4 image-grayscale(image=a.png) when t1.count lt 3",
  ],
  [
    "If the text is in French, summarize it: 'Bonjour tout le monde'",
    "",
    't1 language-identification(text="Bonjour tout le monde")',
    't2 summarization(text="Bonjour tout le monde") when t1.text contains french',
  ],
];

describe(`references: ${verifies("plan:typed-references")}`, () => {
  it.each(named(references))("$request", expectPlans);
});

describe(`gaps: ${verifies("plan:gaps")}`, () => {
  it.each(named(gaps))("$request", expectPlans);
});

describe("questions", () => {
  it.each(named(questions))("$request", expectPlans);
});

describe(`conditions: ${verifies("plan:condition")}`, () => {
  it.each(named(conditions))("$request", expectPlans);
});
