import { z } from "zod";
import { createGullibleModel, type GullibleModel } from "./gullible-model.ts";
import { readWire, startProviderServer } from "./provider-server.ts";

const textSchema = z.union([
  z.string(),
  z.array(z.object({ text: z.string().default("") })).transform((parts) => parts.map(({ text }) => text).join("\n")),
]);
const bodySchema = z.object({ messages: z.array(z.object({ role: z.string(), content: textSchema })) });

/** The gullible model behind OpenAI's wire format, on a loopback address. */
export async function startGullibleServer(): Promise<{
  readonly url: string;
  readonly model: GullibleModel;
  readonly close: () => Promise<void>;
}> {
  const server = await startProviderServer(await readWire("openai"));
  const model = createGullibleModel();
  server.reply({
    // Asked for when a request has just come in.
    get pieces() {
      const { messages } = bodySchema.parse(server.requests.at(-1)?.body);
      return [model.answer(messages)];
    },
  });
  return { url: server.url, model, close: () => server.close() };
}
