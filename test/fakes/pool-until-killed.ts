/** Runs a long call in a process pool, says so, and waits to be killed. Argument: a folder for what is made. */
import { textToSpeechExpert } from "../../tools/builtin/text-to-speech.ts";
import { createProcessPool } from "../../workers/process-pool.ts";

const [, , scratch = ""] = process.argv;
const pool = createProcessPool();
const text = "The quick brown fox jumps over the lazy dog and runs home. ".repeat(300);
const signal = new AbortController().signal;
// The first call has the process start and load, so that the second is under way when it is announced.
await pool.run({ expert: textToSpeechExpert.card, inputs: { text: "Hello." }, scratch, signal });
void pool.run({ expert: textToSpeechExpert.card, inputs: { text }, scratch, signal });
setTimeout(() => process.stdout.write("running\n"), 20);
