/** Plans that use templates, conditions, maps, indexes or lists wrongly. */
import { image, text, from, node, detect, caption, crop, type Fault } from "./fixture.ts";

const store = node("s", "store", { data: from("t1", "count") });

export const constructFaults: readonly Fault[] = [
  [
    "a template over what can't be written",
    [detect, caption, node("t3", "speak", { text: { template: ["Found ", { from: "t1", output: "boxes" }] } })],
    [
      [
        "t3",
        "bad-template",
        "node t3: template in input `text` takes text, number or boolean, t1.boxes gives boxes; t1.count or t2.text would fit",
      ],
    ],
  ],
  [
    "conditions that can't be decided",
    [
      detect,
      caption,
      node("a", "caption", { image }, { when: { from: "t2", output: "text", op: "gt", value: 3 } }),
      node("b", "caption", { image }, { when: { from: "t1", output: "count", op: "eq" } }),
      node("c", "caption", { image }, { when: { from: "t1", output: "count", op: "gt", value: "3" } }),
      node("d", "caption", { image }, { when: { from: "t1", output: "count", op: "exists", value: 1 } }),
      node("e", "caption", { image }, { when: { from: "t1", output: "count", op: "empty" } }),
      node("f", "caption", { image }, { when: { from: "t1", output: "boxes", op: "eq", value: "dog" } }),
      node("g", "caption", { image }, { when: { from: "t1", output: "words", op: "exists" } }),
      node("h", "caption", { image }, { when: { from: "t1", output: "boxes", op: "contains", value: 3 } }),
      store,
      node("i", "caption", { image }, { when: { from: "s", output: "data", op: "eq", value: 3 } }),
      node("j", "caption", { image }, { when: { from: "s", output: "done", op: "ne", value: "yes" } }),
    ],
    [
      ["a", "bad-condition", "node a: when: `gt` says nothing about t2.text, which gives text"],
      ["b", "bad-condition", "node b: when: `eq` needs a value (number) to compare t1.count with"],
      ["c", "bad-condition", "node c: when: `gt` compares t1.count with number, not with text"],
      ["d", "bad-condition", "node d: when: `exists` takes no value"],
      ["e", "bad-condition", "node e: when: `empty` says nothing about t1.count, which gives number"],
      ["f", "bad-condition", "node f: when: `eq` says nothing about t1.boxes, which gives boxes"],
      ["g", "unknown-output", "node g: when refers to t1.words, but detect gives boxes, count"],
      ["h", "bad-condition", "node h: when: `contains` compares t1.boxes with text, not with number"],
      ["i", "bad-condition", "node i: when: `eq` says nothing about s.data, which gives json"],
      ["j", "bad-condition", "node j: when: `ne` compares s.done with boolean, not with text"],
    ],
  ],
  [
    "maps over no list, over nothing, over too much, for nothing; an item without a map",
    [
      crop,
      node("a", "caption", { image: { item: true } }, { each: { over: image } }),
      node(
        "b",
        "speak",
        { text: { item: true } },
        { each: { over: { value: { type: "list", of: "text", items: [] } } } },
      ),
      node(
        "c",
        "speak",
        { text: { item: true } },
        { each: { over: { list: Array.from({ length: 101 }, () => text("x")) } } },
      ),
      node("d", "caption", { image }, { each: { over: from("t1", "images") } }),
      node("e", "caption", { image: { item: true } }),
      node("f", "caption", { image: { item: true } }, { each: { over: { item: true } } }),
    ],
    [
      ["a", "bad-each", "node a: each maps over a list, image-1 gives image; t1.images, b.audio or c.audio would fit"],
      ["b", "bad-each", "node b: each maps over an empty list"],
      ["c", "bad-each", "node c: each maps over 101 items; at most 100 may be spelled out"],
      ["d", "bad-each", "node d: each maps the node over a list, but no input takes {item: true}"],
      ["e", "bad-each", "node e: input `image` takes the current item, but the node has no `each`"],
      ["f", "bad-each", "node f: each can't map over the item that it makes"],
    ],
  ],
  [
    "an index into no list, and beyond a list that the plan spells out",
    [
      detect,
      node("t2", "speak", { text: { item: true } }, { each: { over: { list: [text("one"), text("two")] } } }),
      node("t3", "store", { data: from("t1", "count", { index: 0 }) }),
      node("t4", "store", { data: from("t2", "audio", { index: 1 }) }),
      node("t5", "store", { data: { list: [from("t2", "audio", { index: 2 })] } }),
    ],
    [
      ["t3", "bad-index", "node t3: input `data` wants t1.count item 0, but t1.count gives number, which is no list"],
      [
        "t4",
        "wrong-type",
        "node t4: input `data` wants json, t2.audio item 1 gives audio; t3.data, t5.data or t1.boxes would fit",
      ],
      ["t5", "bad-index", "node t5: input `data` wants t2.audio item 2, but t2 maps over 2 items, 0 to 1"],
      [
        "t5",
        "wrong-type",
        "node t5: input `data` wants json, the list gives list of audio; t3.data, t4.data or t1.boxes would fit",
      ],
    ],
  ],
  [
    "lists of nothing and of mixed types",
    [
      caption,
      node("t3", "join", { texts: { list: [] } }),
      node("t4", "join", { texts: { list: [from("t2", "text"), image] } }),
      node("t5", "join", { texts: { value: { type: "list", of: "text", items: [{ type: "number", value: 1 }] } } }),
    ],
    [
      [
        "t3",
        "bad-list",
        "node t3: input `texts` has an empty list, whose type nobody can tell; give at least one item",
      ],
      ["t4", "bad-list", "node t4: input `texts` has a list of mixed types: t2.text gives text, image-1 gives image"],
      ["t5", "bad-list", "node t5: input `texts` has a list of text that holds number"],
    ],
  ],
];
