/** Does the planner say honestly what it did not understand, and does it work over catalogues that it never saw? */
import { describe, expect, it } from "vitest";
import { createBuiltinPlanner } from "../../../src/plan/builtin/planner.ts";
import type { Embedder } from "../../../src/ports/embedder.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { knownTasks } from "../../../tools/tasks/index.ts";
import { filesOf, freshTasks, planRequest } from "./plan-request.ts";

describe("honesty", () => {
  it("names tasks that are possible where it understands nothing", async () => {
    const planning = planRequest("levitate the gribbets");
    await expect(planning).rejects.toMatchObject({ code: "not-understood" });
    await expect(planning).rejects.toThrow(
      /Nothing in "levitate the gribbets" could be planned.*Possible are, for instance: [a-z]+/s,
    );
  });

  it("says that an empty request is empty", async () => {
    await expect(planRequest("  ")).rejects.toThrow(/The request is empty/);
  });

  it("says what is missing to work on", async () => {
    await expect(planRequest("Describe the photo")).rejects.toThrow(/"Describe the photo" needs image/);
    await expect(planRequest("Blur the faces in b.png", "a.png")).rejects.toThrow(/b\.png, but no such file was sent/);
  });

  it("plans what it understands and notes the rest", async () => {
    const { lines, notes } = await planRequest("Describe the photo and zorble the gribbets", "a.png");
    expect(lines).toEqual(["t1 image-to-text(image=a.png)"]);
    expect(notes).toEqual(['Not understood: "zorble the gribbets".']);
  });

  it("plans a task that nobody can do, if it is clearly asked for", async () => {
    const { lines } = await planRequest("Translate 'good morning' into French");
    expect(lines).toEqual(['t1 translation(text="good morning", language="French")']);
  });

  it("tells when it does something else than what was asked", async () => {
    const { notes } = await planRequest("What colour is the car?", "a.png");
    expect(notes.join()).toMatch(/question answering.*No expert does it.*Instead: Image captioning/i);
  });

  it("never takes a quotation for a wish", async () => {
    const { lines } = await planRequest("Summarize 'Describe the photo. Please translate everything.'", "a.png");
    expect(lines).toEqual(['t1 summarization(text="Describe the photo. Please translate everything.")']);
  });

  it("takes what was answered before for what is to be worked on, where there is nothing else", async () => {
    const history = [{ role: "assistant", text: "There are two dogs." }] as const;
    expect((await planRequest("Read that aloud", "", { history })).lines).toEqual([
      't1 text-to-speech(text="There are two dogs.")',
    ]);
  });
});

const frames: TaskSpec = {
  id: "extract-frames",
  title: "Frame extraction",
  description: "Take still pictures out of a video.",
  inputs: { video: { type: "video", description: "The video." } },
  outputs: { frames: { type: { list: "image" }, description: "The stills." } },
};
const collage: TaskSpec = {
  id: "collage",
  title: "Collage",
  description: "Put several pictures together in one.",
  inputs: { images: { type: { list: "image" }, description: "The pictures." } },
  outputs: { image: { type: "image", description: "The collage." } },
};
const mail: TaskSpec = {
  id: "send_email",
  title: "send_email",
  description: "Send an email to a specific address.",
  inputs: { content: { type: "text", description: "What to write.", slot: "passage" } },
  outputs: {},
};
const remind: TaskSpec = { ...mail, id: "set_reminder", title: "set_reminder", description: "Set a reminder." };
const tasks = [...knownTasks, frames, collage, mail, remind];

describe("other catalogues", () => {
  it("maps a task that takes one thing over a list", async () => {
    const { lines, problems } = await planRequest("Extract the frames of the video and describe them", "a.mp4", {
      tasks,
    });
    expect(lines).toEqual(["t1 extract-frames(video=a.mp4)", "t2 image-to-text(image=item) each t1.frames"]);
    expect(problems).toEqual([]);
  });

  it("gives several things at once to a task that takes a list", async () => {
    const { lines, problems } = await planRequest("Make a collage of the three photos", "a.png b.png c.png", { tasks });
    expect(lines).toEqual(["t1 collage(images=[a.png, b.png, c.png])"]);
    expect(problems).toEqual([]);
  });

  it("keeps the order of tasks that are done for their effect", async () => {
    const { lines } = await planRequest("Send an email saying 'yes' and then set a reminder for 'the visit'", "", {
      tasks,
    });
    expect(lines).toEqual(['t1 send_email(content="yes")', 't2 set_reminder(content="the visit") after t1']);
  });

  it("writes a number out where text is wanted", async () => {
    const { lines } = await planRequest("Send the count of dogs in the photo by email", "a.png", { tasks });
    expect(lines.at(-1)).toMatch(/^t2 send_email\(content=("\{t1\.count\}"|t1\.text)\)$/);
  });
});

describe("embedding", () => {
  const axes = ["read", "colour"];
  /** One dimension for each of two groups of words. */
  const embedder: Embedder = {
    space: "test",
    embed: async (texts) =>
      texts.map((text) => axes.map((axis) => Number(text.toLowerCase().includes(axis) || /utter|aloud/.test(text)))),
  };

  it("finds a task by its meaning where no word of it is used", async () => {
    const request = "Kindly utter 'good morning'";
    await expect(planRequest(request)).rejects.toMatchObject({ code: "not-understood" });
    const planner = createBuiltinPlanner({ embedder });
    expect((await planRequest(request, "", { planner })).lines).toHaveLength(1);
  });

  it("does without where it fails, and says so", async () => {
    const broken: Embedder = { space: "test", embed: () => Promise.reject(new Error("out of memory")) };
    const planner = createBuiltinPlanner({ embedder: broken });
    const { lines, notes } = await planRequest("Describe the photo", "a.png", { planner });
    expect(lines).toEqual(["t1 image-to-text(image=a.png)"]);
    expect(notes.join()).toMatch(/without sentence embedding.*out of memory/);
  });

  it("stops when planning is canceled", async () => {
    const input = {
      text: "Describe it",
      history: [],
      assets: filesOf("a.png"),
      tasks: freshTasks,
      frozen: [],
      maxNodes: 9,
    };
    const planning = createBuiltinPlanner().plan(input, AbortSignal.abort());
    await expect(planning[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "canceled" });
  });
});
