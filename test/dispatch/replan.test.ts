/** Is a second planning made once, knowing what failed, and only where there is a planner for it? */
import { expect, it } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import type { PlanInput, Planner } from "../../src/ports/planner.ts";
import { verifies } from "../e2e/requirements.ts";
import { shoutScript, type Script } from "../fakes/scripted-experts.ts";
import { overEachGround } from "./backends.ts";
import { textNode } from "./controller.ts";
import { shouting } from "./shouting.ts";

const script: Script = (call) =>
  String(call.inputs["text"]).startsWith("bad")
    ? Promise.reject(new TuttiError("bad-input", "the text is bad"))
    : shoutScript(call);

/** Plans the steps of the given names, and those of the second list when it is asked again. */
function planner(first: string[], second: string[], replans: boolean) {
  const asked: PlanInput[] = [];
  const planning: Planner = {
    name: "scripted",
    replans,
    async *plan(input) {
      asked.push(input);
      for (const id of asked.length === 1 ? first : second) yield { type: "node", node: textNode(id) };
    },
  };
  return { planner: planning, asked };
}

await overEachGround((ground) => {
  const start = shouting(ground);

  async function run(first: string[], second: string[], replans = true) {
    const scripted = planner(first, second, replans);
    const { runs } = await start(script, { planner: scripted.planner });
    const messages = [{ role: "user" as const, content: [{ type: "text" as const, text: "do" }] }];
    const { runId } = await runs.submit({ messages, options: {} }, { tenant: "default" });
    const { state, answer } = await runs.wait("default", runId, AbortSignal.timeout(20_000));
    return { state, answer, asked: scripted.asked };
  }

  it(verifies("plan:again"), async () => {
    const { state, answer, asked } = await run(["good", "bad1"], ["better"]);
    expect(asked).toHaveLength(2);
    expect(asked[0]?.outcomes).toBeUndefined();
    expect(asked[1]?.outcomes).toMatchObject([
      { node: "good", status: "succeeded" },
      { node: "bad1", status: "failed", text: "the text is bad" },
    ]);
    expect(state.status).toBe("partial");
    expect(state.nodes.get("better")).toMatchObject({ status: "succeeded", spec: { plannedBy: "replan" } });
    expect(answer?.text).toContain("BETTER");
  });

  it("is not made a third time, whatever the second one leads to", async () => {
    const { state, asked } = await run(["bad1"], ["bad2"]);
    expect(asked).toHaveLength(2);
    expect(state.status).toBe("failed");
  });

  it("that adds nothing ends as the first one would have", async () => {
    const { state, asked } = await run(["good", "bad1"], []);
    expect(asked).toHaveLength(2);
    expect(state.status).toBe("partial");
  });

  it("is not made where nothing was lost, nor by a planner that can't", async () => {
    expect((await run(["good"], [])).asked).toHaveLength(1);
    expect((await run(["bad1"], [], false)).asked).toHaveLength(1);
  });
});
