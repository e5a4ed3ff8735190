/** The tasks that both the library and Tutti know. */
import { audioCalls } from "./audio.ts";
import { imageCalls } from "./image.ts";
import type { CallTask } from "./task-call.ts";
import { textCalls } from "./text.ts";

export const taskCalls: ReadonlyMap<string, CallTask> = new Map([...textCalls, ...imageCalls, ...audioCalls]);
