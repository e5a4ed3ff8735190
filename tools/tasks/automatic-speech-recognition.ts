import { defineTask } from "../../src/registry/task-spec.ts";

export const automaticSpeechRecognition = defineTask({
  id: "automatic-speech-recognition",
  title: "Speech recognition",
  description: "Write down what is said in a recording.",
  inputs: {
    audio: { type: "audio", description: "The recording." },
  },
  outputs: {
    text: { type: "text", description: "What was said.", noun: "transcript" },
  },
  says: "In {input.audio} is said: “{output.text}”",
  phrases: [
    "transcribe",
    "transcript",
    "speech to text",
    "voice to text",
    "audio to text",
    "recording to text",
    "speech recognition",
    "recognize speech",
    "write down",
    "what is said",
    "what is being said",
    "what does speaker say",
    "what does he say",
    "what does she say",
    "spoken words",
    "take dictation",
    "listen to recording",
    "listen to voice",
    "subtitles",
  ],
  examples: [
    "Transcribe this recording.",
    "What is said in the voice note?",
    "Write down the speech in this audio file.",
    "Convert the audio to text.",
    "Listen to what she says in the voice message.",
  ],
});
