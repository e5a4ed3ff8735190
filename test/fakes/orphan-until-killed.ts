/**
 * Asks for a step of a process that has yet to start, says so, and waits to be killed. Arguments: a folder for what is made,
 * and the file that the step waits for.
 */
import { createProcessPool } from "../../workers/process-pool.ts";
import { experts } from "./holding-experts.ts";

const [, , scratch = "", text = ""] = process.argv;
const pool = createProcessPool({ modules: [new URL("holding-experts.ts", import.meta.url)] });
const [hold] = experts;
if (!hold) throw new Error("there is an expert");
void pool.run({ expert: hold.card, inputs: { text }, scratch, signal: new AbortController().signal });
setTimeout(() => process.stdout.write("asked\n"), 5);
