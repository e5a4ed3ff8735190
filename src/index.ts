/** The public API of Tutti as a library. */
import { compose } from "./compose/compose.ts";
import { loadConfig, type Config } from "./config.ts";
import type { Tutti } from "./tutti.ts";

/** Starts a whole Tutti in this process; settings that are left out come from the environment. */
export async function createTutti(settings: Partial<Config> = {}): Promise<Tutti> {
  const { tutti } = await compose({ ...loadConfig(), ...settings });
  return tutti;
}

export { TuttiError, errorCodes, type ErrorCode } from "./errors.ts";
export type { Answer, AnswerAsset, Citation } from "./fuse/answer.ts";
export type { RunEvent, RunStatus } from "./run/events.ts";
export type { PlanNode } from "./run/plan-node.ts";
export type { Message, Part, RunRequest } from "./run/request.ts";
export type { RunState } from "./run/state.ts";
export type { Config } from "./config.ts";
export type { RunReport, Tutti } from "./tutti.ts";
