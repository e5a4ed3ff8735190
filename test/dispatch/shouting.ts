/** Controllers around two experts: one shouts by a script, the other splits into given words. */
import { afterEach } from "vitest";
import { listTask, scriptedCard, scriptExperts, textTask, type Script } from "../fakes/scripted-experts.ts";
import type { OpenGround } from "./backends.ts";
import { startController, type Controller, type ControllerOptions } from "./controller.ts";

export interface ShoutingOptions extends ControllerOptions {
  /** Shouts at once. @default 8 */
  readonly at?: number;
  readonly words?: string[];
}

/** @returns what starts one; after the test it is closed */
export function shouting(ground: () => OpenGround) {
  const open: Controller[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((controller) => controller.close()));
  });
  return async (script: Script, { at = 8, words = ["x"], ...options }: ShoutingOptions = {}) => {
    const limits = { timeoutMs: 10_000, concurrency: at, memoryMiB: 1 };
    const scripted = scriptExperts(
      [textTask, listTask],
      [
        { card: scriptedCard("a/shout", textTask, { limits }), script },
        { card: scriptedCard("b/split", listTask), script: () => Promise.resolve({ words }) },
      ],
    );
    const controller = await startController(scripted, { ground: ground(), ...options });
    open.push(controller);
    return { ...scripted, ...controller };
  };
}
