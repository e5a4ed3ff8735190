/**
 * Runs a call in a process pool that computes for a second or so without looking up, says so, and waits to be killed.
 * Argument: a folder for what is made.
 */
import { tokenClassificationExpert } from "../../tools/builtin/token-classification.ts";
import { createProcessPool } from "../../workers/process-pool.ts";

const [, , scratch = ""] = process.argv;
const pool = createProcessPool();
const text = "Anna Smith and the quick brown fox went to Paris with Mr. Jones of Acme Ltd. ".repeat(400);
const signal = new AbortController().signal;
// The first call has the process start and load, so that the second is under way when it is announced.
await pool.run({ expert: tokenClassificationExpert.card, inputs: { text: "Anna lives in Paris." }, scratch, signal });
void pool.run({ expert: tokenClassificationExpert.card, inputs: { text }, scratch, signal });
setTimeout(() => process.stdout.write("running\n"), 20);
