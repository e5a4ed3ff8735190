/** A server on this machine that takes chat completions and answers as it is told. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createGuardedFetch } from "../../../src/net/guarded-fetch.ts";
import { asFetch } from "../../../src/net/as-fetch.ts";
import { createOpenAiVlm, type OpenAiVlmOptions } from "../../../tools/vlm/openai/backend.ts";

interface Part {
  readonly type: string;
  readonly text?: string;
  readonly image_url?: { readonly url: string; readonly detail: string };
}

export interface ChatRequest {
  readonly model: string;
  readonly max_tokens?: number;
  readonly stream: boolean;
  readonly messages: readonly { readonly role: string; readonly content: string | readonly Part[] }[];
}

export type Answer = string | ((request: ChatRequest, response: ServerResponse) => void);

export interface ChatServer {
  readonly url: string;
  readonly asked: ChatRequest[];
  readonly authorizations: (string | undefined)[];
  /** Given one after the other; the last one again and again. */
  answers: Answer[];
  /** Connections that the client gave up. */
  abandoned: number;
  close(): Promise<void>;
}

export async function startChatServer(...answers: Answer[]): Promise<ChatServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("close", () => {
      if (!response.writableEnded) chat.abandoned++;
    });
    request.on("end", () => {
      const asked = JSON.parse(Buffer.concat(chunks).toString()) as ChatRequest;
      chat.asked.push(asked);
      chat.authorizations.push(request.headers.authorization);
      const answer = chat.answers.length > 1 ? chat.answers.shift() : chat.answers[0];
      if (typeof answer === "function") answer(asked, response);
      else streamWords(response, answer ?? "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const chat: ChatServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: [],
    authorizations: [],
    answers,
    abandoned: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return chat;
}

/** As vLLM streams: a chunk for each word, cut anywhere on the wire. */
export function streamWords(response: ServerResponse, text: string): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  const words = text.match(/\S+\s*|\s+/g) ?? [];
  const events = [
    { choices: [{ delta: { role: "assistant" } }] },
    ...words.map((content) => ({ choices: [{ delta: { content } }] })),
    { choices: [{ delta: {}, finish_reason: "stop" }] },
    { choices: [], usage: { total_tokens: 1 } },
  ].map((event) => `data: ${JSON.stringify(event)}\n\n`);
  const bytes = Buffer.from([": ping\n\n", ...events, "data: [DONE]\n\n"].join(""));
  for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7));
  response.end();
}

/** The backend as the provider makes it: through the guarded fetch. */
export function backendOf({ url }: Pick<ChatServer, "url">, more: Partial<OpenAiVlmOptions> = {}) {
  const allow = [new URL(url).host];
  const fetch = asFetch(createGuardedFetch(), { allow, limits: { totalMs: 5000 } });
  return createOpenAiVlm({ baseUrl: url, model: "test-vlm", fetch, ...more });
}
