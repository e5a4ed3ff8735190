/** Does work begin while the language model is still writing its plan? */
import { expect, it } from "vitest";
import { loadPlanPrompts } from "../../src/plan/llm/load-prompts.ts";
import { createLlmPlanner } from "../../src/plan/llm/planner.ts";
import type { Planner } from "../../src/ports/planner.ts";
import { verifies } from "../e2e/requirements.ts";
import { createScriptedModel } from "../fakes/scripted-language-model.ts";
import { shoutScript, type Script } from "../fakes/scripted-experts.ts";
import { embedded } from "./backends.ts";
import { shouting } from "./shouting.ts";

const STEPS = [
  `{"id":"t1","task":"shout","inputs":{"text":"one"}}`,
  `{"id":"t2","task":"shout","inputs":{"text":"<t1.text>"}}`,
  `{"id":"t3","task":"shout","inputs":{"text":"three"}}`,
];
const fallback: Planner = {
  name: "none",
  plan() {
    throw new Error("the model plans");
  },
};

const start = shouting(() => embedded);

it(verifies("llm:streams"), { timeout: 30_000 }, async () => {
  const begun = new Map<string, number>();
  const script: Script = (call) => {
    begun.set(String(call.inputs["text"]), performance.now());
    return shoutScript(call);
  };
  // Tokens of at most four letters; one of them ends each step.
  const tokens = [`{"steps":[`, ...STEPS.flatMap((step) => [...(step.match(/.{1,4}/gs) ?? []), ","])].slice(0, -1);
  const model = createScriptedModel({ answers: () => [...tokens, `],"reply":""}`], tokensPerSecond: 30 });
  const planner = createLlmPlanner({ model, prompts: await loadPlanPrompts(), fallback });
  const { runs } = await start(script, { planner });
  const messages = [{ role: "user" as const, content: [{ type: "text" as const, text: "shout" }] }];
  const { runId } = await runs.submit({ messages, options: {} }, { tenant: "default" });
  const { state } = await runs.wait("default", runId, AbortSignal.timeout(25_000));
  expect(state.status).toBe("succeeded");

  const handedOut = model.handedOutAt;
  const lastTokenOf = (step: number): number => {
    const before = STEPS.slice(0, step + 1).reduce((sum, text) => sum + Math.ceil(text.length / 4) + 1, 0);
    return handedOut[before - 1] ?? Number.NaN;
  };
  const plannedAt = handedOut.at(-1) ?? 0;
  for (const [step, text] of [
    [0, "one"],
    [1, "ONE"],
    [2, "three"],
  ] as const) {
    const at = begun.get(text) ?? Number.NaN;
    console.log(`${text}: begun ${(at - lastTokenOf(step)).toFixed(1)} ms after its closing brace`);
    // Before the next token but one: by order, whatever the machine does meanwhile.
    expect(at).toBeGreaterThanOrEqual(lastTokenOf(step));
    if (step < 2) expect(at).toBeLessThan(lastTokenOf(step + 1));
  }
  expect(begun.get("ONE")).toBeLessThan(plannedAt);
});
