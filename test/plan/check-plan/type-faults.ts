/** Plans in which something is of another type than is wanted. */
import { photo, note, image, from, node, detect, caption, crop, type Fault } from "./fixture.ts";

export const typeFaults: readonly Fault[] = [
  [
    "another type than the input wants",
    [detect, caption, node("t3", "ask", { image, question: from("t1", "boxes") })],
    [["t3", "wrong-type", "node t3: input `question` wants text, t1.boxes gives boxes; t2.text or text-1 would fit"]],
  ],
  [
    "nothing in the plan that fits",
    [node("t1", "segment", { image: { asset: note } })].map((one) => ({
      ...one,
      task: "join",
      inputs: { texts: image },
    })),
    [
      [
        "t1",
        "wrong-type",
        "node t1: input `texts` wants list of text, image-1 gives image; no output of this plan fits",
      ],
    ],
  ],
  [
    "an asset without a handle goes by its name",
    [node("t1", "caption", { image: { asset: note } })],
    [["t1", "wrong-type", "node t1: input `image` wants image, note.wav gives audio; image-1 would fit"]],
  ],
  [
    "a list where one item is wanted",
    [crop, node("t2", "caption", { image: from("t1", "images") })],
    [
      [
        "t2",
        "wrong-type",
        "node t2: input `image` wants image, t1.images gives list of image; an item of t1.images (by index or each) or image-1 would fit",
      ],
    ],
  ],
  [
    "the whole list where the node is mapped over it",
    [
      crop,
      node(
        "t2",
        "ask",
        { image: from("t1", "images"), question: { item: true } },
        { each: { over: from("t1", "images") } },
      ),
    ],
    [
      [
        "t2",
        "wrong-type",
        "node t2: input `image` wants image, t1.images gives list of image; {item: true}, an item of t1.images (by index or each) or image-1 would fit",
      ],
      ["t2", "wrong-type", "node t2: input `question` wants text, the item gives image; text-1 would fit"],
    ],
  ],
  [
    "a mapped node's outputs are lists",
    [
      crop,
      node("t2", "caption", { image: { item: true } }, { each: { over: from("t1", "images") } }),
      node("t3", "speak", { text: from("t2", "text") }),
    ],
    [
      [
        "t3",
        "wrong-type",
        "node t3: input `text` wants text, t2.text gives list of text; an item of t2.text (by index or each) or text-1 would fit",
      ],
    ],
  ],
  [
    "a literal of another type",
    [node("t1", "speak", { text: { value: { type: "number", value: 3 } } })],
    [["t1", "wrong-type", "node t1: input `text` wants text, the value gives number; text-1 would fit"]],
  ],
  [
    "a template where a picture is wanted",
    [node("t1", "caption", { image: { template: ["a cup"] } })],
    [["t1", "wrong-type", "node t1: input `image` wants image, the template gives text; image-1 would fit"]],
  ],
  [
    "a list where json is wanted fits, an asset does not; exact matches are named first",
    [detect, node("t2", "store", { data: from("t1", "boxes") }), node("t3", "store", { data: image })],
    [
      [
        "t3",
        "wrong-type",
        "node t3: input `data` wants json, image-1 gives image; t2.data, t1.boxes or t1.count would fit",
      ],
    ],
  ],
  [
    "a picture declared to be a document",
    [node("t1", "caption", { image: { value: { type: "document", asset: photo } } })],
    [["t1", "wrong-type", "node t1: input `image` calls image-1 document, but it is image"]],
  ],
  [
    "what waits for the node itself is no mend",
    [
      node("t1", "ask", { image, question: { asset: note } }),
      node("t2", "ask", { image, question: from("t1", "text") }),
    ],
    [["t1", "wrong-type", "node t1: input `question` wants text, note.wav gives audio; text-1 would fit"]],
  ],
];
