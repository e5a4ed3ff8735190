/** Plans whose names, references or shape are wrong. */
import { nobodys, image, text, from, node, detect, caption, type Fault } from "./fixture.ts";

export const graphFaults: readonly Fault[] = [
  [
    "a task that nobody knows",
    [
      node("t1", "captions", { image }),
      node("t2", "frobnicate", {}),
      node("t3", "speak", { text: from("t1", "text") }),
    ],
    [
      ["t1", "unknown-task", "node t1: there is no task `captions`; the nearest are caption"],
      ["t2", "unknown-task", "node t2: there is no task `frobnicate`"],
    ],
  ],
  [
    "a required input left out",
    [caption, node("t3", "ask", { image })],
    [["t3", "missing-input", "node t3: input `question` (text) is missing; t2.text or text-1 would fit"]],
  ],
  [
    "a required input that may be absent",
    [caption, node("t3", "speak", { text: from("t2", "text", { optional: true }) })],
    [["t3", "missing-input", "node t3: input `text` is required, so its reference to t2.text can't be optional"]],
  ],
  [
    "an input that the task does not have, also one that every object has",
    [node("t1", "caption", { image, prompt: text("be short"), constructor: text("x") })],
    [
      ["t1", "unknown-input", "node t1: caption has no input `prompt`; it takes image"],
      ["t1", "unknown-input", "node t1: caption has no input `constructor`; it takes image"],
    ],
  ],
  [
    "a node that is not there",
    [detect, node("t2", "speak", { text: from("t9", "text") }, { after: ["t8"] })],
    [
      ["t2", "unknown-node", "node t2: input `text` refers to t9, but the other nodes are t1"],
      ["t2", "unknown-node", "node t2: after refers to t8, but the other nodes are t1"],
    ],
  ],
  [
    "a node that is not there, in a plan of one",
    [node("t1", "caption", { image }, { when: { from: "t0", output: "count", op: "exists" } })],
    [["t1", "unknown-node", "node t1: when refers to t0, but there are no other nodes"]],
  ],
  [
    "an output that is not there",
    [detect, node("t2", "speak", { text: from("t1", "text") }), node("t3", "store", { data: from("t1", "toString") })],
    [
      ["t2", "unknown-output", "node t2: input `text` refers to t1.text, but detect gives boxes, count"],
      ["t3", "unknown-output", "node t3: input `data` refers to t1.toString, but detect gives boxes, count"],
    ],
  ],
  [
    "an invented asset, also inside a literal",
    [
      node("t1", "caption", { image: { asset: nobodys } }),
      node("t2", "caption", { image: { value: { type: "image", asset: nobodys } } }),
    ],
    [
      [
        "t1",
        "unknown-asset",
        "node t1: input `image` uses asset dddddddddddd..., but this request has image-1, note.wav, text-1",
      ],
      [
        "t2",
        "unknown-asset",
        "node t2: input `image` uses asset dddddddddddd..., but this request has image-1, note.wav, text-1",
      ],
    ],
  ],
  [
    "an asset called by anything but its id",
    [node("t1", "caption", { image: { asset: "image-7" } })],
    [
      [
        "t1",
        "unknown-asset",
        "node t1: input `image` uses asset image-7, but this request has image-1, note.wav, text-1",
      ],
    ],
  ],
  [
    "nodes that wait for each other, by data and by order",
    [
      node("t1", "speak", { text: from("t3", "text") }),
      node("t2", "caption", { image }, { after: ["t1"] }),
      node("t3", "ask", { image, question: from("t2", "text") }),
      node("t4", "caption", { image }, { after: ["t4"] }),
    ],
    [
      ["t1", "cycle", "node t1: it waits for itself (t1 -> t3 -> t2 -> t1)"],
      ["t4", "cycle", "node t4: it waits for itself (t4 -> t4)"],
    ],
  ],
  [
    "two nodes of one name",
    [caption, node("t2", "detect", { image })],
    [["t2", "duplicate-id", "node t2: an earlier node has this id; choose another"]],
  ],
  [
    "an id of a mapped node's item",
    [node("t1__0", "caption", { image })],
    [["t1__0", "reserved-id", 'node t1__0: an id may not hold "__", which marks the items of a mapped node']],
  ],
  [
    "an id that the run needs for a node of its own",
    [node("plan", "caption", { image }), node("answer", "caption", { image })],
    [
      ["plan", "reserved-id", "node plan: the run keeps this id for a node of its own; choose another"],
      ["answer", "reserved-id", "node answer: the run keeps this id for a node of its own; choose another"],
    ],
  ],
  [
    "what is no plan node, whose readers are not to blame",
    [
      null,
      { id: "t1", task: "caption", inputs: { image: "image-1" } },
      { id: "t2", task: "caption", inputs: { image: { from: "t1" } } },
      { id: "t3", task: "caption", inputs: { image }, needs: ["t1"] },
      node("t4", "speak", { text: from("t1", "text") }),
      { id: "9", task: "caption", inputs: {} },
    ],
    [
      ["#1", "malformed", "node #1: Invalid input: expected object, received null"],
      [
        "t1",
        "malformed",
        "node t1: inputs.image must be {value}, {asset}, {from, output}, {template}, {list} or {item: true}",
      ],
      ["t2", "malformed", "node t2: inputs.image.output: Invalid input: expected string, received undefined"],
      ["t3", "malformed", 'node t3: Unrecognized key: "needs"'],
      ["9", "malformed", "node 9: id: a node id is a letter, then up to 39 of A-Z a-z 0-9 _ -"],
    ],
  ],
];
