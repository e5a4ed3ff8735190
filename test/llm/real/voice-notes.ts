import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { RunRequest } from "../../../src/run/request.ts";
import type { Tutti } from "../../../src/tutti.ts";
import { voiceNotes } from "./requests.ts";

/** Lets Tutti speak the notes, with a plan that needs no model. Gives the file of each by its name. */
export async function makeVoiceNotes(
  tutti: Tutti,
  tenant: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const notes = Object.entries(voiceNotes).map(async ([name, words]) => {
    const request: RunRequest = {
      messages: [{ role: "user", content: [{ type: "text", text: "Speak." }] }],
      options: {},
      plan: [{ id: "t1", task: "text-to-speech", inputs: { text: { value: { type: "text", value: words } } } }],
    };
    const { runId } = await tutti.submit(request, { tenant });
    const { state } = await tutti.wait(tenant, runId, AbortSignal.timeout(120_000));
    const audio = state.nodes.get("t1")?.outputs["audio"];
    if (audio?.type !== "audio") throw new Error(`the voice note ${name} could not be made: ${state.status}`);
    const file = join(folder, name);
    await pipeline(await tutti.readAsset(tenant, audio.asset), createWriteStream(file));
    return [name, file] as const;
  });
  return new Map(await Promise.all(notes));
}
