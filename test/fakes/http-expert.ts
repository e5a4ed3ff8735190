/** An expert on another server, for tests: speaks the contract of docs/http-experts.md, and does as it is told. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";

const callSchema = z.object({ task: z.string(), inputs: z.record(z.string(), z.unknown()) });
export type HttpCall = z.infer<typeof callSchema>;

export interface HttpExpert {
  readonly url: string;
  /** `127.0.0.1:PORT`, for `allowHosts`. */
  readonly host: string;
  readonly calls: HttpCall[];
  close(): Promise<void>;
}

/** @param answer outputs by name; what it throws is answered as a fault of the expert's */
export async function startHttpExpert(
  answer: (call: HttpCall) => Promise<Record<string, unknown>> | Record<string, unknown>,
): Promise<HttpExpert> {
  const calls: HttpCall[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const call = callSchema.parse(JSON.parse(await text(request)));
      calls.push(call);
      try {
        const body = JSON.stringify({ outputs: await answer(call) });
        response.writeHead(200, { "content-type": "application/json" }).end(body);
      } catch (error) {
        const body = JSON.stringify({ error: { code: "expert-failed", message: String(error), retryable: true } });
        response.writeHead(503, { "content-type": "application/json" }).end(body);
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    url: `http://${host}/run`,
    host,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
