/** Does a line of configuration become experts that their providers take? */
import { expect, it } from "vitest";
import { makeCard } from "../../src/registry/make-card.ts";
import { openProvider } from "../../tools/providers/index.ts";
import { knownTasks } from "../../tools/tasks/index.ts";
import { vlmCore } from "../../workers/vlm-core.ts";

it.each([
  ["transformers:HuggingFaceTB/SmolVLM-256M-Instruct", "vlm/HuggingFaceTB/SmolVLM-256M-Instruct/image-to-text"],
  ["transformers:/models/my vlm", "vlm/models/my-vlm/image-to-text"],
  ["symbolic:onnx-community/Qwen2.5-0.5B-Instruct", "vlm/onnx-community/Qwen2.5-0.5B-Instruct/symbolic/image-to-text"],
  ["openai:Qwen/Qwen2.5-VL-7B@http://gpu:8000/v1", "vlm/Qwen/Qwen2.5-VL-7B/image-to-text"],
])("%s", async (choice, id) => {
  const registrations = vlmCore(choice);
  expect(registrations.map((one) => one.id)).toContain(id);
  for (const registration of registrations) {
    const { provider, settings, allowHosts } = registration;
    const opened = await openProvider(provider, settings, registration.id);
    const task = knownTasks.find((one) => one.id === registration.task);
    if (!task) throw new Error(`${registration.id} has an unknown task`);
    const card = makeCard(registration, opened.defaults, opened.model);
    expect(card.runtime).toBe(provider);
    const environment = { modelsFolder: "/models", offline: true, hubUrl: "http://127.0.0.1:9" };
    expect(() => opened.connect({ card, task, settings, secrets: {}, allowHosts, environment })).not.toThrow();
  }
});

it("runs on the lane and within the memory that it is given", () => {
  const [first] = vlmCore("transformers:acme/vlm", { lane: "gpu", memoryMiB: 4000 });
  expect(first).toMatchObject({ lane: "gpu", limits: { memoryMiB: 4000 } });
});

it.each(["", "smolvlm", "openai:model", "openai:@http://gpu/v1", "openai:model@gpu", "llava:x"])(
  "says what was expected instead of %j",
  (choice) => {
    expect(() => vlmCore(choice)).toThrow(/expected transformers:ORG\/NAME, .*or openai:MODEL@http/);
  },
);
