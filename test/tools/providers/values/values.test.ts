/** Does anything change on its way out as JSON and back? Is anything taken that is not of the task's types? */
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineTask, type TaskSpec } from "../../../../src/registry/task-spec.ts";
import { dataTypes, type ValueType } from "../../../../src/run/value.ts";
import type { OutputFile } from "../../../../tools/define-expert.ts";
import { decodeBase64 } from "../../../../tools/providers/values/base64.ts";
import { decodeOutputs } from "../../../../tools/providers/values/decode-outputs.ts";
import { encodeInputs, filesAmong } from "../../../../tools/providers/values/encode-inputs.ts";
import { parseForeignJson } from "../../../../tools/providers/values/foreign-json.ts";
import { saveFile } from "../../../../tools/providers/values/save-file.ts";
import { knownTasks } from "../../../../tools/tasks/index.ts";
import { makeFolder, sample } from "../../builtin/run-expert.ts";

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const text = fc.string({ unit: "binary" });
const label = fc.record({ label: text, score: number }, { noNullPrototype: true });
const box = fc.record({ xmin: number, ymin: number, xmax: number, ymax: number }, { noNullPrototype: true });
const natives: Record<(typeof dataTypes)[number], fc.Arbitrary<unknown>> = {
  text,
  number,
  boolean: fc.boolean(),
  // JSON itself knows no -0.
  json: fc
    .jsonValue({ maxDepth: 5 })
    .map((value): unknown => JSON.parse(JSON.stringify(value)))
    .filter((value) => !JSON.stringify(value).includes("__proto__")),
  boxes: fc.array(fc.record({ label: text, score: number, box }, { noNullPrototype: true })),
  labels: fc.array(label),
  table: fc.record({ columns: fc.array(text), rows: fc.array(fc.array(text)) }, { noNullPrototype: true }),
  embedding: fc.record({ space: text, vector: fc.array(number) }, { noNullPrototype: true }),
};

/** The same type in and out. */
function taskOf(type: ValueType): TaskSpec {
  const port = { type, description: "Any." };
  return defineTask({ id: "echo", title: "Echo", description: "Echo.", inputs: { it: port }, outputs: { it: port } });
}

const noFile = (): never => {
  throw new Error("there is no file");
};

function decode(type: ValueType, it: unknown): Promise<unknown> {
  return decodeOutputs(taskOf(type), { it }, noFile);
}

describe("data", () => {
  it.each(dataTypes.flatMap((type) => [type, { list: type }, { list: { list: type } }] as const))(
    "of type %j is the same after a way out and back",
    async (type) => {
      const depth = typeof type === "string" ? 0 : typeof type.list === "string" ? 1 : 2;
      const base =
        natives[typeof type === "string" ? type : typeof type.list === "string" ? type.list : type.list.list];
      const native = depth === 0 ? base : depth === 1 ? fc.array(base) : fc.array(fc.array(base));
      await fc.assert(
        fc.asyncProperty(native, async (it) => {
          const json = JSON.stringify(encodeInputs(taskOf(type), { it }, noFile));
          expect(await decode(type, (parseForeignJson(json, "it") as { it: unknown }).it)).toEqual({ it });
        }),
        { numRuns: 30 },
      );
    },
  );

  it.each<[ValueType, unknown]>([
    ["text", 1],
    ["text", null],
    ["number", "1"],
    ["number", Number.NaN],
    ["boolean", "true"],
    ["boxes", [{ label: "cat", score: 1, box: [0, 0, 1, 1] }]],
    ["boxes", { label: "cat" }],
    ["labels", [{ label: "cat" }]],
    ["labels", ["cat"]],
    ["table", { columns: ["a"], rows: [[1]] }],
    ["table", [["a"]]],
    ["embedding", { space: "x", vector: [1, "2"] }],
    ["embedding", { vector: [1] }],
    ["embedding", [1, 2]],
    [{ list: "text" }, "a"],
    [{ list: "text" }, ["a", 1]],
    [{ list: "text" }, { 0: "a", length: 1 }],
  ])("is not taken as %j when it is %j", async (type, it) => {
    await expect(decode(type, it)).rejects.toMatchObject({ code: "expert-failed", message: /^output it of echo/ });
  });

  it("is missing where it is only inherited, and more than was promised is left out", async () => {
    await expect(decodeOutputs(taskOf("json"), Object.create({ it: 1 }), noFile)).rejects.toThrow("missing");
    expect(await decodeOutputs(taskOf("text"), { it: "a", more: "b" }, noFile)).toEqual({ it: "a" });
    const boxes = [{ label: "cat", score: 1, box: { xmin: 0, ymin: 0, xmax: 1, ymax: 1, area: 1 }, id: 7 }];
    expect(await decode("boxes", boxes)).toEqual({
      it: [{ label: "cat", score: 1, box: { xmin: 0, ymin: 0, xmax: 1, ymax: 1 } }],
    });
  });

  it("that an expert was not given is not sent to it, nor is what it didn't ask for", () => {
    const task = { ...taskOf("text"), inputs: { ...taskOf("text").inputs, other: { type: "text", description: "" } } };
    expect(encodeInputs(task as TaskSpec, { it: "a", secret: "b" }, noFile)).toEqual({ it: "a" });
  });
});

describe("JSON from outside", () => {
  it("is read as JSON.parse reads it, whatever stands in its texts", () => {
    const json = fc.json({ depthSize: "medium" }).filter((it) => !/__proto__|[eE]\+?\d{3}/.test(it));
    fc.assert(
      fc.property(json, (it) => {
        expect(parseForeignJson(it, "it")).toEqual(JSON.parse(it));
      }),
    );
    const tricky = JSON.stringify({ a: `${'["{'.repeat(100)}\\`, b: '\\"'.repeat(100), "]}": [{}] });
    expect(parseForeignJson(tricky, "it")).toEqual(JSON.parse(tricky));
  });

  it("has at most 64 levels", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(parseForeignJson(nested(64), "it")).toHaveLength(1);
    expect(() => parseForeignJson(nested(65), "it")).toThrow("deeper than 64");
    expect(() => parseForeignJson('{"a":'.repeat(65), "it")).toThrow("deeper than 64");
  });

  it.each(["", "{", '"', '"\\', '["a" "b"]', "]]]", "undefined", "'a'"])("that is none (%j) is a typed error", (it) => {
    expect(() => parseForeignJson(it, "it")).toThrow(
      expect.objectContaining({ code: "expert-failed", message: "it is not JSON" }),
    );
  });

  it("stays fast where every character is a quote or a backslash", () => {
    expect(() => parseForeignJson('"\\'.repeat(2_000_000), "it")).toThrow("not JSON");
    expect(() => parseForeignJson(`"${"\\".repeat(4_000_000)}`, "it")).toThrow("not JSON");
  });
});

describe("files", () => {
  const task = defineTask({
    ...taskOf("text"),
    inputs: {
      image: { type: "image", description: "One." },
      masks: { type: { list: { list: "mask" } }, description: "More." },
      note: { type: "json", description: "No file, though it looks like one.", optional: true },
    },
    outputs: {
      images: { type: { list: "image" }, description: "All." },
      text: { type: "text", description: "A text." },
    },
  });
  const [coffee, note] = [sample("coffee.png"), sample("note.png")];

  it("are found wherever they are among the inputs, and data that looks like a file is data", () => {
    const inputs = { image: coffee, masks: [[note], [], [note, coffee]], note: { ...coffee } };
    expect(filesAmong(task, inputs).map(({ file, at }) => [at, file.name])).toEqual([
      ["image", "coffee.png"],
      ["masks.0.0", "note.png"],
      ["masks.2.0", "note.png"],
      ["masks.2.1", "coffee.png"],
    ]);
    expect(encodeInputs(task, inputs, (file, at) => `${at}=${file.name}`)).toEqual({
      image: "image=coffee.png",
      masks: [["masks.0.0=note.png"], [], ["masks.2.0=note.png", "masks.2.1=coffee.png"]],
      note: { ...coffee },
    });
  });

  it("are made in order, after all else has been found right", async () => {
    const made: unknown[] = [];
    const makeFile = (given: unknown, output: string): Promise<OutputFile> => {
      made.push(given);
      return Promise.resolve({ path: String(given), mediaType: "image/png", name: output });
    };
    await expect(decodeOutputs(task, { images: ["a", "b"], text: 1 }, makeFile)).rejects.toThrow("text");
    expect(made).toEqual([]);
    expect(await decodeOutputs(task, { images: ["a", "b"], text: "x" }, makeFile)).toEqual({
      images: [
        { path: "a", mediaType: "image/png", name: "images" },
        { path: "b", mediaType: "image/png", name: "images" },
      ],
      text: "x",
    });
    const many = { images: Array.from({ length: 257 }, () => "a"), text: "x" };
    await expect(decodeOutputs(task, many, makeFile)).rejects.toThrow("257 files");
    expect(made).toEqual(["a", "b"]);
  });

  it("are called what their bytes are, and what their maker calls them is no path", async () => {
    const scratch = await makeFolder();
    const jpeg = await readFile(sample("rocket.jpg").path);
    const given = { scratch, output: "image", mediaType: "image/png" };
    expect(await saveFile(jpeg, given)).toMatchObject({ mediaType: "image/jpeg", name: "image.jpg" });
    const odd = await saveFile(jpeg, { ...given, name: "../../../../tmp/r\u0000\u202Egnp.jpg" });
    expect(odd.name).toBe("rgnp.jpg");
    expect(odd.path.startsWith(`${scratch}/`)).toBe(true);
    const table = await saveFile(Buffer.from("a,b\n1,2\n"), {
      scratch,
      output: "../table",
      mediaType: "Text/CSV; charset=utf-8",
    });
    expect(table).toMatchObject({ mediaType: "text/csv", name: "table.csv" });
    expect(table.path.startsWith(`${scratch}/`)).toBe(true);
    await expect(saveFile(Buffer.from("<svg xmlns='x'/>"), given)).rejects.toMatchObject({ code: "expert-failed" });
    await expect(saveFile(Buffer.from([0, 1, 2, 3]), given)).rejects.toMatchObject({ code: "expert-failed" });
  });

  it("come in base64 of either alphabet, and never half", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(decodeBase64(buffer.toString("base64"), "it")).toEqual(buffer);
        expect(decodeBase64(buffer.toString("base64url"), "it")).toEqual(buffer);
      }),
    );
    expect(decodeBase64("aGVs\r\nbG8=\n", "it").toString()).toBe("hello");
    expect(() => decodeBase64("data:image/png;base64,aGVsbG8=", "it")).toThrow("not base64");
  });
});

it("every task of Tutti can be asked over JSON: its inputs and outputs are all of known types", () => {
  for (const task of knownTasks) {
    const sampleOf = (type: ValueType): unknown => {
      if (typeof type !== "string") return [sampleOf(type.list)];
      return type in natives ? fc.sample(natives[type as (typeof dataTypes)[number]], 1)[0] : sample("coffee.png");
    };
    const inputs = Object.fromEntries(Object.entries(task.inputs).map(([name, { type }]) => [name, sampleOf(type)]));
    const encoded = encodeInputs(task, inputs, ({ name }) => name);
    expect(Object.keys(encoded), task.id).toEqual(Object.keys(task.inputs));
  }
});
