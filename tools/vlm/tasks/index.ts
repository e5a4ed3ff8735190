/** The tasks that a vision-language model does by being asked, by their ids. */
import { askWhichLabel } from "./classify.ts";
import { askWhere } from "./ground.ts";
import { followInstruction } from "./instruct.ts";
import { askCaption, askDocument, askQuestion } from "./simple.ts";
import type { AskVlm } from "./vlm-task.ts";

export const vlmTasks: ReadonlyMap<string, AskVlm> = new Map([
  ["image-to-text", askCaption],
  ["visual-question-answering", askQuestion],
  ["document-question-answering", askDocument],
  ["image-text-to-text", followInstruction],
  ["zero-shot-image-classification", askWhichLabel],
  ["zero-shot-object-detection", askWhere],
  ["object-detection", askWhere],
]);
