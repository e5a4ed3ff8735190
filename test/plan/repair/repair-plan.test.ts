/** Does repair keep what is right, mend only what has one right mend, say what it did, and refuse the rest? */
import { describe, expect, it } from "vitest";
import { apis, link, node, repair } from "./fixture.ts";

const request = "Cut 'talk.mp4' to the first minute, write down what is said in it, and shorten that.";

const good = [
  node("Video Trimmer", "talk.mp4", "the first minute"),
  node("Sound Track Extraction", "<node-0>"),
  node("Dictation", "<node-1>"),
  node("Text Shortening", "<node-2>"),
];
const goodLinks = [
  link("Video Trimmer", "Sound Track Extraction"),
  link("Sound Track Extraction", "Dictation"),
  link("Dictation", "Text Shortening"),
];
const goodInputs = {
  "node-0": { video: "talk.mp4", text: { text: "the first minute" } },
  "node-1": { video: "node-0.video" },
  "node-2": { audio: "node-1.audio" },
  "node-3": { text: "node-2.text" },
};

describe("what is right", () => {
  it("is valid as given, without a mend", () => {
    expect(repair(request, { task_nodes: good, task_links: goodLinks })).toMatchObject({
      inputs: goodInputs,
      mends: [],
      faults: [],
    });
  });

  it("stays as it is beside what is wrong", () => {
    const wrong = [
      node("Telepathy", "<node-3>"),
      node("Narration", "<node-99>"),
      node("Image Cleaning", "<node-3>"),
      7,
    ];
    const { inputs, kinds } = repair(request, { task_nodes: [...good, ...wrong], task_links: goodLinks });
    expect(inputs).toMatchObject(goodInputs);
    expect(kinds).toContain("unknown-task");
  });

  it("keeps an order that no argument carries, and texts as texts", () => {
    const { nodes, mends } = repair(request, {
      task_nodes: [node("Narration", "Say {{this}} ${literally}"), node("Text Shortening", "A long text")],
      task_links: [link("Text Shortening", "Narration")],
    });
    expect(mends).toEqual([]);
    expect(nodes).toEqual([
      { id: "node-1", task: "Text Shortening", inputs: { text: { value: { type: "text", value: "A long text" } } } },
      {
        id: "node-0",
        task: "Narration",
        inputs: { text: { value: { type: "text", value: "Say {{this}} ${literally}" } } },
        after: ["node-1"],
      },
    ]);
  });

  it("takes an address for a text, or for the file behind it", () => {
    const url = "https://example.org/talk.mp4";
    const tools = [
      { id: "Downloader", desc: "Fetches a video.", "input-type": ["url"], "output-type": ["video"] },
      { id: "Player", desc: "Plays a video.", "input-type": ["video"], "output-type": [] },
    ];
    const { inputs, mends } = repair(
      `Fetch ${url}.`,
      { task_nodes: [node("Downloader", url), node("Player", url)] },
      tools,
    );
    expect(mends).toEqual([]);
    expect(inputs).toEqual({ "node-0": { url: { text: url } }, "node-1": { video: "talk.mp4" } });
  });

  it("reads tools that have parameters and only an order", () => {
    const plan = {
      task_nodes: [
        node("book_table", { name: "date", value: "Friday" }, { name: "restaurant", value: "Noma" }),
        node("send_letter", { name: "content", value: "See you there" }),
      ],
      task_links: [link("book_table", "send_letter")],
    };
    const { nodes, inputs, mends } = repair("Book a table and send a letter.", plan, apis);
    expect(mends).toEqual([]);
    expect(inputs).toEqual({
      "node-0": { date: { text: "Friday" }, restaurant: { text: "Noma" } },
      "node-1": { content: { text: "See you there" } },
    });
    expect(nodes[1]?.after).toEqual(["node-0"]);
  });
});

/** What goes wrong, what a careful reader makes of it, and by which kinds of mend. */
const mends: readonly (readonly [
  what: string,
  nodes: readonly unknown[],
  links: readonly unknown[],
  inputs: Readonly<Record<string, unknown>>,
  kinds: readonly string[],
])[] = [
  [
    "counts nodes from 1",
    [node("Sound Track Extraction", "talk.mp4"), node("Dictation", "<node-1>"), node("Text Shortening", "<node-2>")],
    [],
    { "node-1": { audio: "node-0.audio" }, "node-2": { text: "node-1.text" } },
    ["renumbered", "renumbered"],
  ],
  [
    "points at itself, where the link tells what is meant",
    [node("Sound Track Extraction", "talk.mp4"), node("Dictation", "<node-1>"), node("Narration", "<node-1>")],
    [link("Sound Track Extraction", "Dictation")],
    { "node-1": { audio: "node-0.audio" }, "node-2": { text: "node-1.text" } },
    ["broken-reference"],
  ],
  [
    "invents a file",
    [node("Sound Track Extraction", "meeting.mp4")],
    [],
    { "node-0": { video: "talk.mp4" } },
    ["invented-file"],
  ],
  [
    "names a result as if it were a file",
    [node("Sound Track Extraction", "talk.mp4"), node("Dictation", "sound.wav")],
    [link("Sound Track Extraction", "Dictation")],
    { "node-1": { audio: "node-0.audio" } },
    ["invented-file"],
  ],
  [
    "leaves a converter out",
    [node("Dictation", "talk.mp4")],
    [],
    { "node-1": { video: "talk.mp4" }, "node-0": { audio: "node-1.audio" } },
    ["converted", "wrong-type"],
  ],
  [
    "takes a text where what it is about is meant",
    [
      node("Sound Track Extraction", "talk.mp4"),
      node("Dictation", "<node-0>"),
      node("Video Trimmer", "<node-1>", "1 min"),
    ],
    [],
    { "node-2": { video: "talk.mp4", text: { text: "1 min" } } },
    ["wrong-type"],
  ],
  [
    "drops an unknown task between two others",
    [node("Sound Track Extraction", "talk.mp4"), node("Telepathy", "<node-0>"), node("Dictation", "<node-1>")],
    [],
    { "node-2": { audio: "node-0.audio" } },
    ["unknown-task", "broken-reference"],
  ],
  [
    "gives an argument too many",
    [node("Narration", "A text.", "French")],
    [],
    { "node-0": { text: { text: "A text." } } },
    ["surplus-argument"],
  ],
  [
    "gives one input two texts",
    [
      node("Narration", "One."),
      node("Dictation", "<node-0>"),
      node("Text Shortening", "Two."),
      node("Narration", "<node-1>", "<node-2>"),
    ],
    [],
    {
      "node-3": {
        text: { template: [{ from: "node-1", output: "text" }, "\n\n", { from: "node-2", output: "text" }] },
      },
    },
    ["joined"],
  ],
  [
    "forgets an argument that the link carries",
    [node("Sound Track Extraction", "talk.mp4"), node("Dictation")],
    [link("Sound Track Extraction", "Dictation")],
    { "node-1": { audio: "node-0.audio" } },
    ["filled"],
  ],
  [
    "goes round in a circle against its links",
    [
      node("Text Shortening", "<node-1>"),
      node("Text Merging", "<node-0>", "A text."),
      node("Dictation", "<node-3>"),
      node("Sound Track Extraction", "talk.mp4"),
    ],
    [link("Text Shortening", "Text Merging"), link("Dictation", "Text Shortening")],
    { "node-0": { text: "node-2.text" }, "node-1": { text: "node-0.text" } },
    ["cycle"],
  ],
  [
    "takes from a later node what its link says comes from an earlier one",
    [
      node("Sound Track Extraction", "talk.mp4"),
      node("Dictation", "<node-0>"),
      node("Narration", "<node-3>"),
      node("Text Shortening", "A text."),
    ],
    [link("Dictation", "Narration"), link("Narration", "Text Shortening")],
    { "node-2": { text: "node-1.text" } },
    ["cycle"],
  ],
  [
    "links against its arguments",
    [node("Sound Track Extraction", "talk.mp4"), node("Dictation", "<node-0>")],
    [link("Dictation", "Sound Track Extraction"), link("Dictation", "Applause")],
    { "node-1": { audio: "node-0.audio" } },
    ["broken-link", "cycle"],
  ],
  [
    "does the same twice",
    [
      node("Sound Track Extraction", "talk.mp4"),
      node("Sound Track Extraction", "talk.mp4"),
      node("Dictation", "<node-1>"),
    ],
    [],
    { "node-2": { audio: "node-0.audio" } },
    ["duplicate"],
  ],
  [
    "writes references in its own way",
    [
      node("Sound Track Extraction", "'talk.mp4'"),
      node("Dictation", "<GENERATED>-0"),
      node("Text Shortening", { name: "input_text", value: "<node_1>.text" }),
      node("Narration", { name: "<output of node-2>" }),
    ],
    [],
    {
      "node-0": { video: "talk.mp4" },
      "node-1": { audio: "node-0.audio" },
      "node-2": { text: "node-1.text" },
      "node-3": { text: "node-2.text" },
    },
    [],
  ],
];

describe("what is wrong", () => {
  it.each(mends)("is mended where it %s", (_, nodes, links, inputs, kinds) => {
    const repaired = repair(request, { task_nodes: nodes, task_links: links });
    expect(repaired.inputs).toMatchObject(inputs);
    expect(repaired.kinds).toEqual(kinds);
    expect(repaired.faults).toEqual([]);
  });

  it.each([
    ["several files would fit", "Cut 'a.mp4' and 'b.mp4'.", [node("Sound Track Extraction", "c.mp4")]],
    ["no file would fit", "Write down what is said.", [node("Dictation", "talk.wav")]],
    ["no task is meant", request, [node("Telepathy", "talk.mp4")]],
    ["there is nothing in it", request, []],
    ["it is too long", request, Array.from({ length: 65 }, () => node("Narration", "Text"))],
  ])("is refused where %s", (_, text, nodes) => {
    const { nodes: accepted, mends: found } = repair(text, { task_nodes: nodes });
    expect(accepted).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
  });

  it("takes along what needs a refused node, and no more", () => {
    const nodes = [node("Dictation", "lost.wav"), node("Narration", "<node-0>"), node("Narration", "A text.")];
    const { nodes: accepted, kinds } = repair("Read 'A text.' and more.", { task_nodes: nodes });
    expect(accepted.map(({ id }) => id)).toEqual(["node-2"]);
    expect(kinds).toEqual(["invented-file", "missing-input", "needs-refused"]);
  });

  it("never goes against the tool graph", () => {
    const graph = [["Sound Track Extraction", "Dictation"]] as const;
    const nodes = [
      node("Narration", "A text."),
      node("Dictation", "<node-0>"),
      node("Sound Track Extraction", "talk.mp4"),
    ];
    const { inputs, kinds, faults } = repair(request, { task_nodes: nodes }, undefined, graph);
    expect(inputs).not.toHaveProperty("node-1");
    expect(kinds).toContain("missing-input");
    expect(faults).toEqual([]);
  });

  it("keeps the order that a reference asks for, where there is nothing to refer to", () => {
    const nodes = [node("send_letter", { name: "content", value: "<node-1>" }), node("book_table", "Noma")];
    const { nodes: accepted, kinds } = repair("Book a table and send a letter.", { task_nodes: nodes }, apis);
    expect(accepted).toMatchObject([{ id: "node-1" }, { id: "node-0", inputs: {}, after: ["node-1"] }]);
    expect(kinds).toEqual(["wrong-type"]);
  });

  it("never passes an invented file on as a text", () => {
    const { inputs, faults } = repair("Send a letter.", { task_nodes: [node("send_letter", "secret.pdf")] }, apis);
    expect(inputs).toEqual({ "node-0": {} });
    expect(faults).toEqual([]);
  });
});
