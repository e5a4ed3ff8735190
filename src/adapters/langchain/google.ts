import { z } from "zod";

type Generate = (...request: readonly unknown[]) => Promise<{ readonly response: Promise<unknown> }>;

const clientSchema = z.object({
  client: z.custom<{ generateContentStream: Generate }>(
    (client) => typeof client === "object" && client !== null && "generateContentStream" in client,
  ),
});

/**
 * Google's client splits every answer into a stream and a promise of the whole. LangChain takes the stream and forgets
 * the promise, whose rejection, on an abort or a broken connection, would then end this process.
 */
export function catchSecondStream(model: object): void {
  const { client } = clientSchema.parse({ client: Reflect.get(model, "client") });
  const generate = client.generateContentStream.bind(client);
  client.generateContentStream = async (...request) => {
    const result = await generate(...request);
    result.response.catch(() => undefined);
    return result;
  };
}
