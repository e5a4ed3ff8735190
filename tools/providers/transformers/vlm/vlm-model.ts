/** A vision-language model as the library has it: what turns words and pictures into tensors, and what goes on from them. */
import type { PreTrainedModel, PreTrainedTokenizer, Processor, Tensor } from "@huggingface/transformers";
import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import type { VlmMessage, VlmPicture, VlmRequest } from "../../../vlm/backend.ts";
import type { Library } from "../library.ts";
import type { ModelAccess } from "../runner.ts";
import { defuse, specialTokens } from "./special-tokens.ts";

export type Tensors = Readonly<Record<string, Tensor>>;

export interface VlmModel {
  readonly library: Library;
  readonly name: string;
  readonly model: PreTrainedModel;
  /** Left out by models that only read. */
  readonly processor?: Processor | undefined;
  readonly tokenizer: PreTrainedTokenizer;
  /** Strings that the tokenizer takes for more than words. */
  readonly special: readonly string[];
  /** Tokens of question and answer together. */
  readonly context: number;
}

/** @param eyes whether it shall see; without them, any language model will do */
export async function openVlmModel({ library, model, options }: ModelAccess, eyes: boolean): Promise<VlmModel> {
  const { folder, config, name } = model;
  const processor = eyes ? await library.AutoProcessor.from_pretrained(folder) : undefined;
  const tokenizer = processor?.tokenizer ?? (await library.AutoTokenizer.from_pretrained(folder));
  const Class = eyes ? library.AutoModelForImageTextToText : library.AutoModelForCausalLM;
  const loaded = await Class.from_pretrained(folder, options);
  const { model_max_length: told } = z.object({ model_max_length: z.number().catch(Infinity) }).parse(tokenizer.config);
  const context = Math.min(
    told,
    config.text_config?.max_position_embeddings ?? config.max_position_embeddings ?? Infinity,
  );
  return { library, name, model: loaded, processor, tokenizer, special: specialTokens(tokenizer), context };
}

/** Of one request. @throws TuttiError `bad-input` where the words and pictures leave no room for an answer */
export async function prepare(
  vlm: VlmModel,
  { messages, detail, maxTokens }: VlmRequest,
): Promise<{ readonly tensors: Tensors; readonly maxTokens: number }> {
  const { library, name, context } = vlm;
  const pictures = messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === "image" ? [part.picture] : [])),
  );
  const images = pictures.map((picture) => rawImage(library, picture));
  const processed: unknown = await process(vlm, promptOf(vlm, messages), images, detail);
  const tensors = tensorsIn(library, processed);
  const length = tensors["input_ids"]?.dims[1] ?? 0;
  const room = context - length;
  if (room < LEAST_ROOM) {
    const message = `The request is too long: ${length} tokens with its pictures, and ${name} takes at most ${context}; send fewer pictures or words.`;
    throw new TuttiError("bad-input", message);
  }
  return { tensors, maxTokens: Math.min(maxTokens, room) };
}

/** Tokens without which there is no answer. */
const LEAST_ROOM = 8;

/** Processors differ in which comes first, and some only see. */
function process(
  { library, processor, tokenizer }: VlmModel,
  prompt: string,
  images: readonly unknown[],
  detail: VlmRequest["detail"],
): Promise<unknown> {
  // The template has put in what begins a conversation.
  if (!processor || images.length === 0) return Promise.resolve(tokenizer(prompt, { add_special_tokens: false }));
  if (!processor.tokenizer) return apart(processor, tokenizer, prompt, images);
  if (processor instanceof library.Idefics3Processor) {
    // Cut into tiles, a picture is some 17 times as much work.
    return processor(prompt, images, detail === "low" ? { do_image_splitting: false } : {});
  }
  return picturesFirst(library).some((Class) => processor instanceof Class)
    ? processor(images, prompt)
    : processor(prompt, images);
}

async function apart(
  processor: Processor,
  tokenizer: PreTrainedTokenizer,
  prompt: string,
  images: readonly unknown[],
): Promise<object> {
  const seen: object = await processor(images);
  return { ...tokenizer(prompt), ...seen };
}

function picturesFirst(library: Library) {
  const { LlavaProcessor, PaliGemmaProcessor, Florence2Processor, Lfm2VlProcessor, PixtralProcessor } = library;
  return [LlavaProcessor, PaliGemmaProcessor, Florence2Processor, Lfm2VlProcessor, PixtralProcessor];
}

/** Whether the library gives each picture of a request its tokens; these processors do so for the first only. */
export function takesSeveral({ library, processor }: VlmModel): boolean {
  const { LlavaProcessor, PixtralProcessor, PaliGemmaProcessor, Florence2Processor } = library;
  return ![LlavaProcessor, PixtralProcessor, PaliGemmaProcessor, Florence2Processor].some(
    (Class) => processor instanceof Class,
  );
}

/** By the model's own template; a model without one is given the words of the last message. */
function promptOf({ processor, tokenizer, special }: VlmModel, messages: readonly VlmMessage[]): string {
  const chat = messages.map(({ role, parts }) => ({
    role,
    content: parts.map((part) =>
      part.type === "text" ? { type: "text", text: defuse(part.text, special) } : { type: "image" },
    ),
  }));
  const own = processor?.chat_template ?? undefined;
  const template: unknown = own ?? tokenizer.chat_template;
  if (template === undefined || template === null) return wordsOf(chat.at(-1)?.content ?? [], "");
  const takesParts = /\btype\b/.test(JSON.stringify(template));
  // Templates of older models take words only, with a token where a picture is.
  const conversation = takesParts
    ? chat
    : chat.map(({ role, content }) => ({ role, content: wordsOf(content, imageToken(processor)) }));
  const rendered = tokenizer.apply_chat_template(conversation, {
    add_generation_prompt: true,
    tokenize: false,
    ...(own !== undefined && { chat_template: own }),
  });
  return z.string().parse(rendered);
}

function wordsOf(content: readonly ({ readonly text: string } | { readonly type: string })[], image: string): string {
  const words = content.map((part) => ("text" in part ? part.text : image));
  return words.filter((one) => one !== "").join("\n");
}

const tokenSchema = z.object({ image_token: z.string().catch("<image>") });

function imageToken(processor: Processor | undefined): string {
  return tokenSchema.parse({ ...Object(processor?.config) }).image_token;
}

function rawImage({ RawImage }: Library, { rgb, width, height }: VlmPicture) {
  return new RawImage(new Uint8ClampedArray(rgb), width, height, 3);
}

function tensorsIn({ Tensor: TensorClass }: Library, processed: unknown): Tensors {
  const entries = Object.entries(z.record(z.string(), z.unknown()).parse({ ...Object(processed) }));
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (value instanceof TensorClass ? [[key, value] as const] : [])),
  );
}
