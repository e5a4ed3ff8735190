import type { BaseMessage } from "@langchain/core/messages";
import type { ModelMessage, ModelPart } from "../../ports/language-model.ts";

export interface MessageOptions {
  readonly seesImages: boolean;
  /** Marks the fixed part for the provider's cache (Anthropic); others cache prefixes by themselves. */
  readonly markPrefix: boolean;
  /** Added to the last message: the schema in words, for models that can't be held to it. */
  readonly addition?: string | undefined;
}

/** The messages as LangChain has them. A picture for a model that sees none is left out, and the model is told. */
export async function toLangChain(messages: readonly ModelMessage[], options: MessageOptions): Promise<BaseMessage[]> {
  const { AIMessage, HumanMessage, SystemMessage } = await import("@langchain/core/messages");
  const prefixEnd = messages.findLastIndex(({ role }) => role === "system");
  return messages.map(({ role, content }, index) => {
    const parts = typeof content === "string" ? [{ type: "text", text: content } as const] : content;
    const added = index === messages.length - 1 ? options.addition : undefined;
    const blocks = [...parts, ...(added === undefined ? [] : [{ type: "text", text: `\n\n${added}` } as const])].map(
      (part) => blockOf(part, options),
    );
    const cached = options.markPrefix && index === prefixEnd;
    // Some OpenAI-compatible servers take only plain texts, so parts are sent where there is something to part.
    const plain = blocks.every(({ type }) => type === "text") && !cached;
    const body = plain ? blocks.map((block) => block.text ?? "").join("") : blocks;
    const last = blocks.at(-1);
    if (cached && last !== undefined) Object.assign(last, { cache_control: { type: "ephemeral" } });
    if (role === "system") return new SystemMessage({ content: body });
    return role === "user" ? new HumanMessage({ content: body }) : new AIMessage({ content: body });
  });
}

interface Block {
  readonly type: "text" | "image_url";
  readonly text?: string;
  readonly image_url?: { readonly url: string };
  readonly [key: string]: unknown;
}

function blockOf(part: ModelPart, { seesImages }: MessageOptions): Block {
  if (part.type === "text") return { type: "text", text: part.text };
  if (!seesImages) return { type: "text", text: "[a picture, left out: this model sees none]" };
  return {
    type: "image_url",
    image_url: { url: `data:${part.mediaType};base64,${Buffer.from(part.bytes).toString("base64")}` },
  };
}

/** One that is longer would take more room than the prompt, which must say by itself then what is wanted. */
const LONGEST_SCHEMA = 4000;

export function schemaInWords(schema: unknown): string {
  const text = JSON.stringify(schema);
  const wish = "Answer with one JSON value and nothing else, no explanation and no code fence.";
  return text.length > LONGEST_SCHEMA ? wish : `${wish} It must fit this JSON Schema:\n${text}`;
}
