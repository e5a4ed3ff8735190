/** Do tasks on pictures come out right of the real library, loaded and run through the provider? */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import type { InputFile, OutputFile } from "../../../../tools/define-expert.ts";
import { fileAt, open } from "./call-provider.ts";
import {
  floats,
  imageSettings,
  integers,
  pixels,
  table,
  tokenizerOf,
  writeModel,
  type TinyModel,
} from "./tiny-models.ts";

let folder: string;
const make = (name: string, model: TinyModel) => writeModel(join(folder, name), model);

/** Left half and right half. */
async function picture(name: string, left: string, right = left, width = 16, height = 8): Promise<InputFile> {
  const path = join(folder, `${name}.png`);
  const half = Math.floor(width / 2);
  const overlay = await sharp({ create: { width: half, height, channels: 3, background: right } })
    .png()
    .toBuffer();
  await sharp({ create: { width, height, channels: 3, background: left } })
    .composite([{ input: overlay, left: half, top: 0 }])
    .png()
    .toFile(path);
  return fileAt(path);
}

async function pixelsOf({ path }: OutputFile) {
  return sharp(path).raw().toBuffer({ resolveWithObject: true });
}

const image = (outputs: Record<string, unknown>): OutputFile => outputs["image"] as OutputFile;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-tiny-"));
});

/** Which of the three colours there is most of. */
const colours = (): TinyModel => ({
  config: {
    model_type: "vit",
    architectures: ["ViTForImageClassification"],
    id2label: { 0: "red", 1: "green", 2: "blue" },
  },
  files: imageSettings("ViTImageProcessor", 4),
  graphs: {
    model: {
      inputs: [pixels],
      outputs: [{ name: "logits", type: "float", shape: ["b", 3] }],
      weights: { ten: floats([1], [10]) },
      operations: [
        { op: "ReduceMean", inputs: ["pixel_values"], outputs: ["mean"], attributes: { axes: [2, 3], keepdims: 0 } },
        { op: "Mul", inputs: ["mean", "ten"], outputs: ["logits"] },
      ],
    },
  },
});

describe("classes of pictures", () => {
  it("come best first", async () => {
    const expert = await open("image-classification", { model: await make("colours", colours()) });
    const outputs = await expert.run({ image: await picture("lime", "#00ff00") });
    expect(outputs["text"]).toBe("green");
    expect((outputs["labels"] as { label: string }[]).map(({ label }) => label)[0]).toBe("green");
  });

  it("are the same in a batch", async () => {
    const expert = await open("image-classification", { model: await make("colours-batch", colours()) });
    const inputs = [{ image: await picture("r", "#ff0000") }, { image: await picture("b", "#0000ff") }];
    const batch = await expert.runBatch(inputs);
    expect(batch).toEqual(await Promise.all(inputs.map((one) => expert.run(one))));
    expect(batch.map((one) => (one as { text: string }).text)).toEqual(["red", "blue"]);
  });

  it("are not made up for what is no picture", async () => {
    const expert = await open("image-classification", { model: await make("colours-broken", colours()) });
    await writeFile(join(folder, "broken.png"), "no picture");
    const broken = expert.run({ image: fileAt(join(folder, "broken.png")) });
    await expect(broken).rejects.toMatchObject({ code: "bad-input", message: expect.not.stringContaining(folder) });
  });
});

describe("things in pictures", () => {
  /** One thing in the middle half, called after the colour. */
  const model = (): TinyModel => ({
    config: {
      model_type: "detr",
      architectures: ["DetrForObjectDetection"],
      id2label: { 0: "apple", 1: "leaf", 2: "ball" },
    },
    files: imageSettings("DetrImageProcessor", 8, { pad_size: { height: 8, width: 8 } }),
    graphs: {
      model: {
        inputs: [pixels],
        outputs: [
          { name: "logits", type: "float", shape: ["b", 1, 4] },
          { name: "pred_boxes", type: "float", shape: [1, 1, 4] },
        ],
        weights: {
          ten: floats([1], [10]),
          shape: integers([3], [1, 1, 3]),
          nothing: floats([1, 1, 1], [0]),
          box: floats([1, 1, 4], [0.5, 0.5, 0.5, 0.5]),
        },
        operations: [
          { op: "ReduceMean", inputs: ["pixel_values"], outputs: ["mean"], attributes: { axes: [2, 3], keepdims: 0 } },
          { op: "Mul", inputs: ["mean", "ten"], outputs: ["scores"] },
          { op: "Reshape", inputs: ["scores", "shape"], outputs: ["each"] },
          { op: "Concat", inputs: ["each", "nothing"], outputs: ["logits"], attributes: { axis: 2 } },
          { op: "Identity", inputs: ["box"], outputs: ["pred_boxes"] },
        ],
      },
    },
  });

  it("are found in pixels of the picture as it is", async () => {
    const expert = await open("object-detection", { model: await make("things", model()) });
    const found = await expert.run({ image: await picture("apple", "#ff0000", "#ff0000", 40, 20) });
    expect(found).toMatchObject({ count: 1, text: "1 apple" });
    const [thing] = found["boxes"] as { label: string; score: number; box: object }[];
    expect(thing).toMatchObject({ label: "apple", box: { xmin: 10, ymin: 5, xmax: 30, ymax: 15 } });
    expect(thing?.score).toBeGreaterThan(0.99);
  });

  it("are kept where they were asked for", async () => {
    const expert = await open("object-detection", { model: await make("asked", model()) });
    const green = await picture("leaf", "#00ff00");
    expect(await expert.run({ image: green, labels: "apples, leaves" })).toMatchObject({ count: 0 });
    expect(await expert.run({ image: green, labels: "the leaf" })).toMatchObject({ count: 1, text: "1 leaf" });
    expect(await expert.run({ image: green, labels: "balls" })).toMatchObject({ count: 0, text: "no balls" });
  });
});

it("things are found that are named only now", async () => {
  const words = ["apple", "leaf", "sky"];
  const model = await make("named", {
    config: { model_type: "owlvit", architectures: ["OwlViTForObjectDetection"] },
    files: { ...tokenizerOf(words), ...imageSettings("OwlViTImageProcessor", 8) },
    graphs: {
      // One thing in the left half; how well a word fits is how much of its colour there is.
      model: {
        inputs: [
          { name: "input_ids", type: "int64", shape: ["n", "s"] },
          { name: "attention_mask", type: "int64", shape: ["n", "s"] },
          { ...pixels, shape: [1, 3, "h", "w"] },
        ],
        outputs: [
          { name: "logits", type: "float", shape: [1, 1, "n"] },
          { name: "pred_boxes", type: "float", shape: [1, 1, 4] },
        ],
        weights: {
          w: table(words, { apple: [9, -9, -9], leaf: [-9, 9, -9], sky: [-9, -9, 9] }, 3),
          second: integers([1], [1]),
          first: integers([1], [0]),
          box: floats([1, 1, 4], [0.25, 0.5, 0.5, 1]),
        },
        operations: [
          { op: "Gather", inputs: ["w", "input_ids"], outputs: ["looked"] },
          { op: "ReduceSum", inputs: ["looked", "second"], outputs: ["meant"], attributes: { keepdims: 0 } },
          { op: "Transpose", inputs: ["meant"], outputs: ["columns"], attributes: { perm: [1, 0] } },
          { op: "ReduceMean", inputs: ["pixel_values"], outputs: ["mean"], attributes: { axes: [2, 3], keepdims: 0 } },
          { op: "MatMul", inputs: ["mean", "columns"], outputs: ["scores"] },
          { op: "Unsqueeze", inputs: ["scores", "first"], outputs: ["logits"] },
          { op: "Identity", inputs: ["box"], outputs: ["pred_boxes"] },
        ],
      },
    },
  });
  const expert = await open("zero-shot-object-detection", { model });
  const found = await expert.run({ image: await picture("tree", "#00ff00", "#00ff00", 40, 20), labels: "apple, leaf" });
  expect(found).toMatchObject({
    count: 1,
    text: "1 leaf, no apple",
    boxes: [{ label: "leaf", score: 1, box: { xmin: 0, ymin: 0, xmax: 20, ymax: 20 } }],
  });
});

describe("pictures of pictures", () => {
  it("show how near things are", async () => {
    const model = await make("depth", {
      config: { model_type: "depth_anything", architectures: ["DepthAnythingForDepthEstimation"] },
      files: imageSettings("DPTImageProcessor", 8),
      graphs: {
        model: {
          inputs: [pixels],
          outputs: [{ name: "predicted_depth", type: "float", shape: ["b", "h", "w"] }],
          operations: [
            {
              op: "ReduceMean",
              inputs: ["pixel_values"],
              outputs: ["predicted_depth"],
              attributes: { axes: [1], keepdims: 0 },
            },
          ],
        },
      },
    });
    const expert = await open("depth-estimation", { model });
    const made = image(await expert.run({ image: await picture("near", "#000000", "#ffffff", 32, 16) }));
    expect(made).toMatchObject({ mediaType: "image/png", name: "near-depth.png" });
    const { data, info } = await pixelsOf(made);
    expect([info.width, info.height]).toEqual([32, 16]);
    expect(data[0]).toBe(0);
    expect(data[31 * info.channels]).toBe(255);
  });

  it("show which parts there are", async () => {
    const model = await make("parts", {
      config: {
        model_type: "segformer",
        architectures: ["SegformerForSemanticSegmentation"],
        id2label: { 0: "red", 1: "green", 2: "blue" },
      },
      files: imageSettings("SegformerImageProcessor", 8),
      graphs: {
        model: {
          inputs: [pixels],
          outputs: [{ name: "logits", type: "float", shape: ["b", 3, "h", "w"] }],
          operations: [{ op: "Identity", inputs: ["pixel_values"], outputs: ["logits"] }],
        },
      },
    });
    const expert = await open("image-segmentation", { model });
    const made = image(await expert.run({ image: await picture("flag", "#ff0000", "#0000ff", 16, 8) }));
    const { data, info } = await pixelsOf(made);
    const at = (x: number) => [...data.subarray(x * info.channels, x * info.channels + 3)];
    expect(info.width).toBe(16);
    expect(at(1)).not.toEqual(at(14));
    expect(at(1)).toEqual(at(5));
    // Half of the picture itself shows through.
    expect(at(1)[0]).toBeGreaterThanOrEqual(127);
    expect(at(14)[2]).toBeGreaterThanOrEqual(127);
  });

  it("are changed by a model that does one thing", async () => {
    const model = await make("negative", {
      config: { model_type: "swin2sr", architectures: ["Swin2SRForImageSuperResolution"] },
      files: imageSettings("Swin2SRImageProcessor", undefined, { do_pad: false }),
      graphs: {
        model: {
          inputs: [pixels],
          outputs: [{ name: "reconstruction", type: "float", shape: ["b", 3, "h", "w"] }],
          weights: { one: floats([1], [1]) },
          operations: [{ op: "Sub", inputs: ["one", "pixel_values"], outputs: ["reconstruction"] }],
        },
      },
    });
    const expert = await open("image-to-image", { model });
    const input = await picture("positive", "#ff0000");
    const { data, info } = await pixelsOf(image(await expert.run({ image: input })));
    expect([...data.subarray(0, info.channels)]).toEqual([0, 255, 255]);
    await expect(expert.run({ image: input, text: "make it snow" })).rejects.toMatchObject({ code: "bad-input" });
  });
});
