/** The ways to run the model: what TUTTI_LLM is set to, and which process does the work. */
import { afterAll, beforeAll, describe, it } from "vitest";
import { startModelServer } from "./model-server.ts";
import { missing, modelFile, serverCommand, ways, type Way } from "./what-is-here.ts";

export interface RunningModel {
  /** What TUTTI_LLM is set to. */
  readonly name: string;
  /** Of the process in which the model is evaluated. */
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const START_LIMIT_MS = 400_000;

/** Declares the tests for each way there is, and for each other one a test that is skipped, with the reason. */
export function eachWay(name: string, declare: (model: () => RunningModel, way: Way) => void): void {
  for (const way of ways) {
    describe(`${name}, the model ${way}`, () => {
      const reason = missing[way];
      if (reason === undefined) declareWith(way, declare);
      else declareSkipped(reason);
    });
  }
}

function declareSkipped(reason: string): void {
  // oxlint-disable-next-line vitest/expect-expect -- it only says why there is nothing to expect
  it("needs a model", (context) => context.skip(reason));
}

function declareWith(way: Way, declare: Parameters<typeof eachWay>[1]): void {
  let running: RunningModel | undefined;
  beforeAll(async () => {
    running = await startModel(way);
  }, START_LIMIT_MS);
  afterAll(() => running?.stop());
  declare(() => {
    if (running) return running;
    throw new Error("the model has not been started");
  }, way);
}

async function startModel(way: Way): Promise<RunningModel> {
  if (way === "as a server" && serverCommand !== undefined) return startModelServer(serverCommand);
  return { name: `llama-cpp:${modelFile}`, pid: process.pid, stop: () => Promise.resolve() };
}
