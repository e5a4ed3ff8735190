import type { VlmBackend } from "../backend.ts";
import { loadVlmPrompts } from "../prompts.ts";
import { createSymbolicVlm } from "./backend.ts";

/** Around any backend that reads: the tasks of a vision-language model without one. */
export async function openSymbolicVlm(reader: Pick<VlmBackend, "generate" | "close">): Promise<VlmBackend> {
  const { openLook } = await import("./look.ts");
  const [{ symbolic: prompt }, look] = await Promise.all([loadVlmPrompts(), openLook()]);
  return createSymbolicVlm({ reader, look, prompt });
}
