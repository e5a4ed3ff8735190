/** Ten things to ask that take several steps each, of files that are real. */
import { samplePath } from "../../e2e/samples.ts";

export interface Asked {
  readonly words: string;
  /** Paths, or the name of a voice note. */
  readonly files: readonly string[];
}

/** Spoken by Tutti itself before anything is asked. */
export const voiceNotes = {
  "garden.wav": "Hello Peter. I am very happy with the garden. Please call Maria on Monday.",
  "train.wav": "The train to London was late again. It was a terrible morning.",
} as const;

export const tenRequests: readonly Asked[] = [
  { words: "What does the note say, and how does it sound?", files: [samplePath("note.png")] },
  { words: "Transcribe the voice note and tell me whether it sounds happy.", files: ["garden.wav"] },
  { words: "Describe this picture and read the description aloud.", files: [samplePath("astronaut.png")] },
  { words: "Read the text on the note, sum it up, and read the summary aloud.", files: [samplePath("note.png")] },
  { words: "Find everything in the picture and draw boxes around it.", files: [samplePath("coffee.png")] },
  { words: "Which people and places does the voice note name?", files: ["train.wav"] },
  {
    words: "Make each of these pictures black and white.",
    files: [samplePath("chelsea.png"), samplePath("coffee.png"), samplePath("rocket.jpg")],
  },
  { words: "Cut the cat out of the picture and turn it by 90 degrees.", files: [samplePath("chelsea.png")] },
  {
    words: "If there is a person in the picture, blur the face, otherwise make the picture smaller.",
    files: [samplePath("astronaut.png")],
  },
  {
    words: "What does the voice note say, what does the note say, and are they about the same thing?",
    files: ["garden.wav", samplePath("note.png")],
  },
];
