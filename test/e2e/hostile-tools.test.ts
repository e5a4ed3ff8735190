/**
 * Can what a tool says of itself, which may be on somebody else's server, make Tutti plan what nobody asked for? The
 * language model here does whatever it is told by anything that no quotation marks hold.
 */
import { describe, expect, it } from "vitest";
import type { CatalogueTask } from "../../src/ports/planner.ts";
import { createGullibleModel, type GullibleMessage } from "../fakes/gullible-model.ts";
import { hostileTexts } from "../fixtures/hostile/texts.ts";
import { freshTasks } from "../plan/builtin/plan-request.ts";
import { lineOf, plan } from "../plan/llm/plan-session.ts";

const toolSaying = (place: "description" | "title" | "input", text: string): CatalogueTask => ({
  id: "weather",
  title: place === "title" ? text : "Weather",
  description: place === "description" ? text : place === "title" ? "" : "Tell the weather.",
  inputs: { city: { type: "text", description: place === "input" ? text : "The name of the city." } },
  outputs: { text: { type: "text", description: "The weather." } },
});

async function planWith(tool: CatalogueTask) {
  const gullible = createGullibleModel();
  const { nodes } = await plan({
    answers: ({ messages }) =>
      gullible.answer(
        messages.map(({ role, content }): GullibleMessage => {
          return { role, content: typeof content === "string" ? content : JSON.stringify(content) };
        }),
      ),
    files: "a.png",
    input: { text: "What does it say?", tasks: [...freshTasks, tool] },
  });
  return { steps: nodes.map(lineOf), orders: gullible.calls.flatMap(({ orders }) => orders) };
}

describe.each(["description", "title", "input"] as const)("the %s of a tool", (place) => {
  it.each(hostileTexts)("is no order: $name", async ({ text }) => {
    const { steps, orders } = await planWith(toolSaying(place, text));
    expect(orders).toEqual([]);
    expect(steps).toEqual(["t1 optical-character-recognition"]);
  });
});
