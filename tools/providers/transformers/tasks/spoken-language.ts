/**
 * Which language is spoken, as Whisper itself hears it (Radford et al. 2022, 2.3): the library takes everything for
 * English that it is not told of.
 */
import type { AutomaticSpeechRecognitionPipeline } from "@huggingface/transformers";
import { z } from "zod";
import type { Library } from "../library.ts";

const configSchema = z.object({
  is_multilingual: z.literal(true),
  /** `{"<|en|>": 50259}` */
  lang_to_id: z.record(z.string(), z.int()),
  decoder_start_token_id: z.int(),
});

/**
 * @param samples of half a minute at most
 * @returns a code, `de`; undefined for models that know one language
 */
export async function spokenLanguage(
  { Tensor }: Library,
  { model, processor }: AutomaticSpeechRecognitionPipeline,
  samples: Float32Array,
): Promise<string | undefined> {
  const config = configSchema.safeParse({ ...Object(model.generation_config) });
  if (!config.success) return undefined;
  const { lang_to_id: languages, decoder_start_token_id: start } = config.data;
  const heard = z.record(z.string(), z.unknown()).parse({ ...Object(await processor(samples)) });
  const decoder_input_ids = new Tensor("int64", BigInt64Array.of(BigInt(start)), [1, 1]);
  const { logits } = z.object({ logits: z.instanceof(Tensor) }).parse(await model({ ...heard, decoder_input_ids }));
  const scores = z.array(z.number()).parse(logits.to("float32").slice(0, -1, null).tolist());
  const [best] = Object.entries(languages).toSorted(([, a], [, b]) => (scores[b] ?? 0) - (scores[a] ?? 0));
  return best?.[0].replaceAll(/[<|>]/g, "");
}
