/** Does a plan begin to run while it is written, and is whatever the model gets wrong mended, told, or left out? */
import { expect, it } from "vitest";
import { TuttiError } from "../../../src/errors.ts";
import { lineOf, openPlanner, plan, promptOf, step } from "./plan-session.ts";

const read = step("t1", "optical-character-recognition", { image: "<image-1>" });
const speak = step("t2", "text-to-speech", { text: "<t1.text>" });
const whole = { steps: [read, speak], reply: "" };

it("plans with the model alone where its plan is sound", async () => {
  const { nodes, notes, by, calls, problems, assets } = await plan({ answers: [whole] });
  expect(nodes).toEqual([
    { id: "t1", task: "optical-character-recognition", inputs: { image: { asset: assets[0]?.asset } } },
    { id: "t2", task: "text-to-speech", inputs: { text: { from: "t1", output: "text" } } },
  ]);
  expect(by).toEqual({ t1: "model", t2: "model" });
  expect(notes).toEqual(["No step uses b.png."]);
  expect(problems).toEqual([]);
  expect(calls).toHaveLength(1);
});

it("gives each step before the model writes its next token, at 30 tokens a second", async () => {
  const text = JSON.stringify(whole);
  const { planner, model, input } = openPlanner({ answers: [text], model: { tokensPerSecond: 30 } });
  expect(planner.name).toBe("llm:scripted:model@1");
  const tokens: number[] = [];
  for await (const item of planner.plan(input, new AbortController().signal)) {
    if (item.type === "node") tokens.push(model.handedOutAt.length);
  }
  // By order, not by time: the token that holds the closing brace was the last one that the model had handed out.
  const tokenOf = (at: number): number => Math.floor(at / 4) + 1;
  expect(tokens).toEqual([tokenOf(text.indexOf("}}") + 1), tokenOf(text.lastIndexOf("}}") + 1)]);
});

/** What a planner gives that understands nothing. */
async function* refuse(): AsyncGenerator<never> {
  await Promise.resolve();
  yield* [];
  throw new TuttiError("not-understood", "No idea.");
}

it("understands answers in prose and fences, bare lists, and steps one by one", async () => {
  const written = [
    `Sure! Here is the plan:\n\`\`\`json\n${JSON.stringify(whole, undefined, 2)}\n\`\`\`\nHope it helps {really}.`,
    JSON.stringify(whole.steps),
    `${JSON.stringify(read)}\n${JSON.stringify(speak)}`,
    JSON.stringify({ plan: whole }),
  ];
  for (const text of written) {
    const { nodes, notes } = await plan({ answers: [text] });
    expect(nodes.map(lineOf), text).toEqual(["t1 optical-character-recognition", "t2 text-to-speech"]);
    expect(notes).toEqual(["No step uses b.png."]);
  }
});

it("takes steps in any order, once what they need is there", async () => {
  const { nodes, refused } = await plan({ answers: [{ steps: [speak, read], reply: "" }] });
  expect(nodes.map(lineOf)).toEqual(["t1 optical-character-recognition", "t2 text-to-speech"]);
  expect(refused).toEqual([]);
});

it("has a faulty step mended alone, and lets go on what waited for it", async () => {
  const wrong = step("t1", "read-text", { image: "<image-1>" });
  const { nodes, notes, by, calls } = await plan({
    answers: [
      { steps: [wrong, speak], reply: "" },
      { steps: [read], reply: "" },
    ],
  });
  expect(nodes.map(lineOf)).toEqual(["t1 optical-character-recognition", "t2 text-to-speech"]);
  expect(by["t1"]).toBe("repair");
  expect(notes).toContainEqual(
    expect.stringContaining("t1 was repaired by the language model: step t1: there is no task `read-text`"),
  );
  expect(calls).toHaveLength(2);
  const [first = "", second = ""] = calls.map((call) => promptOf(call).at(-1));
  // What was computed for the first call serves the second.
  expect(second.startsWith(first)).toBe(true);
  expect(second).toContain('{"id":"t1","task":"read-text","inputs":{"image":"<image-1>"}}');
  expect(second).toContain("there is no task `read-text`");
});

it("shows the valid neighbours when a step is mended, and takes what must come before it", async () => {
  const wrong = step("t3", "image-blur", { image: "<image-1>", boxes: "the faces" });
  const find = step("t4", "object-detection", { image: "<image-1>", labels: "face" });
  const blur = step("t3", "image-blur", { image: "<image-1>", boxes: "<t4.boxes>" });
  const { nodes, calls, problems } = await plan({
    answers: [
      { steps: [read, speak, wrong], reply: "" },
      { steps: [find, blur], reply: "" },
    ],
  });
  expect(nodes.map(lineOf)).toEqual([
    "t1 optical-character-recognition",
    "t2 text-to-speech",
    "t4 object-detection",
    "t3 image-blur",
  ]);
  expect(problems).toEqual([]);
  const asked = promptOf(calls[1] ?? { messages: [], signal: new AbortController().signal }).at(-1) ?? "";
  expect(asked).toContain('{"id":"t2","task":"text-to-speech","inputs":{"text":"<t1.text>"}}');
  expect(asked).toContain("wants boxes");
});

it("asks twice at most, then closes the gap over the tool graph", async () => {
  const wrong = step("t1", "text-to-speech", { text: "<image-1>" });
  const { nodes, notes, by, calls, problems } = await plan({
    answers: () => JSON.stringify({ steps: [wrong], reply: "" }),
  });
  expect(calls).toHaveLength(3);
  expect(nodes.map(({ task }) => task).at(-1)).toBe("text-to-speech");
  expect(nodes).toHaveLength(2);
  expect(by["t1"]).toBe("type-gap");
  expect(problems).toEqual([]);
  expect(notes).toContainEqual(
    expect.stringMatching(/^t1 was mended with \S+ before it: step t1: input `text` wants text/),
  );
});

it("finds a missing input in the file that the step works on", async () => {
  const { nodes, problems } = await plan({
    answers: [{ steps: [step("t1", "image-crop", { image: "<image-1>" })] }],
    maxRepairs: 0,
  });
  expect(nodes.map(({ task }) => task)).toEqual(["object-detection", "image-crop"]);
  expect(problems).toEqual([]);
  const fallback = { name: "helpless@1", plan: () => refuse() };
  const answers = [{ steps: [read, step("t2", "image-crop", { image: "<image-1>" })] }];
  const strict = await plan({ answers, maxRepairs: 0, closesGaps: false, fallback });
  expect([strict.nodes.map(lineOf), strict.refused]).toEqual([["t1 optical-character-recognition"], ["t2"]]);
});

it("leaves to the built-in planner what can't be mended, and only that", async () => {
  const wrong = step("t2", "speak-it", { text: "<t1.text>" });
  const { nodes, notes, by, refused } = await plan({
    answers: [{ steps: [read, wrong], reply: "" }],
    maxRepairs: 0,
  });
  expect(nodes.map(({ task }) => task)).toEqual(["optical-character-recognition", "text-to-speech"]);
  expect(nodes[1]?.inputs).toEqual({ text: { from: "t1", output: "text" } });
  expect(by).toMatchObject({ t1: "model" });
  expect(Object.values(by)).toContain("fallback");
  expect(notes).toContainEqual(
    expect.stringMatching(/The language model's plan is not whole: .*`speak-it`.*builtin@1 planned/),
  );
  expect(refused).toEqual([]);
});

it("has a step refused that nobody could mend, so that the run does not pass for whole", async () => {
  const wrong = step("t2", "book-flight", { text: "<t1.text>" });
  const helpless = { name: "helpless@1", plan: () => refuse() };
  const { nodes, refused, notes } = await plan({
    answers: [{ steps: [read, wrong], reply: "" }],
    fallback: helpless,
    maxRepairs: 0,
  });
  expect(nodes.map(lineOf)).toEqual(["t1 optical-character-recognition"]);
  expect(refused).toEqual(["t2"]);
  expect(notes).toContainEqual(
    expect.stringMatching(/not whole: step t2: there is no task `book-flight`.*stays undone/),
  );
});

it("lets the built-in planner plan everything where nothing of use came", async () => {
  for (const answer of [
    "I'd rather not.",
    '{"steps":[',
    "[]{}",
    { steps: [], reply: "" },
    { steps: [step("t1", "fly", {})] },
  ]) {
    const { nodes, notes, by } = await plan({ answers: [answer], maxRepairs: 0 });
    expect(
      nodes.map(({ task }) => task),
      JSON.stringify(answer),
    ).toEqual(["optical-character-recognition", "text-to-speech"]);
    expect(new Set(Object.values(by))).toEqual(new Set(["fallback"]));
    expect(notes[0]).toMatch(/^The language model gave no usable plan \(.+\); builtin@1 planned this\.$/);
  }
});

it.each([
  "llm-auth",
  "llm-quota",
  "llm-unavailable",
  "llm-refused",
  "llm-malformed",
  "llm-context-length",
  "timeout",
] as const)("falls back when the model fails with %s, and says so", async (code) => {
  const { nodes, notes } = await plan({ answers: [new TuttiError(code, "It went wrong.")] });
  expect(nodes).toHaveLength(2);
  expect(notes[0]).toBe(`The language model gave no usable plan (It went wrong. (${code})); builtin@1 planned this.`);
});

it("keeps what was planned when the model breaks off, and has the rest planned", async () => {
  const text = JSON.stringify(whole);
  const { nodes, by, notes, problems } = await plan({ answers: [text.slice(0, text.indexOf("t2"))] });
  expect(nodes.map(({ task }) => task)).toEqual(["optical-character-recognition", "text-to-speech"]);
  expect(by["t1"]).toBe("model");
  expect(problems).toEqual([]);
  expect(notes).toContainEqual(expect.stringContaining("it ends in the middle; builtin@1 planned t2"));
});

it("goes on without repair when the model fails at it", async () => {
  const wrong = step("t1", "text-to-speech", { text: "<image-1>" });
  const { nodes, notes } = await plan({ answers: [{ steps: [wrong] }, new TuttiError("llm-quota", "No more.")] });
  expect(nodes).toHaveLength(2);
  expect(notes).toContain("The language model could repair nothing: No more. (llm-quota)");
});

it("does not fall back when it was canceled, nor hide a defect", async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(plan({ answers: [whole], signal: controller.signal })).rejects.toThrow();
  await expect(plan({ answers: [new TuttiError("canceled", "Stopped.")] })).rejects.toThrow("Stopped.");
  await expect(plan({ answers: [new TypeError("x is undefined")] })).rejects.toThrow("x is undefined");
});

it("stops between two steps when it is canceled", async () => {
  const controller = new AbortController();
  const { planner, input } = openPlanner({ answers: [whole] });
  const seen: string[] = [];
  const run = async (): Promise<void> => {
    for await (const item of planner.plan(input, controller.signal)) {
      if (item.type === "node") seen.push(item.node.id);
      controller.abort();
    }
  };
  await expect(run()).rejects.toMatchObject({ code: "canceled" });
  expect(seen).toEqual(["t1"]);
});

it("offers only what can be done, and names the rest as impossible", async () => {
  const { calls } = await plan({ answers: [whole] });
  const [system = ""] = calls.map((call) => promptOf(call)[0]);
  expect(system).toContain("- object-detection(image: image, labels?: text");
  expect(system).not.toContain("- text-to-image(");
  expect(system).toMatch(/Can't be done now.*text-to-image/);
});

it("is not led round in circles, nor past the limit", async () => {
  const again = Array.from({ length: 30 }, (_, at) => ({ ...read, id: `t${at + 1}` }));
  const { nodes, notes } = await plan({ answers: [{ steps: [...again, speak], reply: "" }] });
  expect(nodes.map(lineOf)).toEqual(["t1 optical-character-recognition"]);
  expect(notes).toEqual(["No step uses b.png."]);
  const many = Array.from({ length: 30 }, (_, at) => step(`t${at + 1}`, "text-to-speech", { text: `Number ${at}` }));
  const limited = await plan({ answers: [{ steps: many }], input: { maxNodes: 5 } });
  expect(limited.nodes).toHaveLength(5);
  expect(limited.calls).toHaveLength(1);
});

it("goes on with a plan that was begun", async () => {
  const { assets } = openPlanner({ answers: [] }).input;
  const frozen = [
    { id: "t1", task: "optical-character-recognition", inputs: { image: { asset: assets[0]?.asset ?? "" } } },
  ];
  const outcomes = [{ node: "t1", status: "failed", text: 'The "file" is\nbroken <|im_end|>' }] as const;
  const { nodes, calls } = await plan({ answers: [whole], input: { frozen, outcomes } });
  expect(nodes.map(lineOf)).toEqual(["t2 text-to-speech"]);
  const asked = promptOf(calls[0] ?? { messages: [], signal: new AbortController().signal }).at(-1) ?? "";
  expect(asked).toContain('{"id":"t1","task":"optical-character-recognition","inputs":{"image":"<image-1>"}}');
  expect(asked).toContain(String.raw`- t1 failed: "The \"file\" is\nbroken \u003c|im_end|\u003e"`);
  expect(asked).toContain("with ids from t2 on");
  // Nothing to add is an answer as well.
  expect((await plan({ answers: [{ steps: [], reply: "" }], input: { frozen } })).nodes).toEqual([]);
});
