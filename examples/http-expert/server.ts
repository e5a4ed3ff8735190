/** An expert that Tutti can call: tells what kind of picture it is given. See docs/http-experts.md.
 * PORT=8090 EXPERT_TOKEN=some-secret node examples/http-expert/server.ts */
import { createServer, type IncomingMessage } from "node:http";
import { blob } from "node:stream/consumers";

type Inputs = Record<string, { name: string; data?: string; part?: string } | undefined>;
type Call = { task: string; inputs?: Inputs; batch?: { inputs: Inputs }[] };

class Fault extends Error {
  status: number;
  code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    [this.status, this.code] = [status, code];
  }
}

/** Your model goes here. */
async function run(inputs: Inputs, form: FormData | undefined) {
  const { image } = inputs;
  if (!image) throw new Fault(400, "bad-input", "the input image is missing");
  const part = form?.get(image.part ?? "");
  const bytes = part instanceof Blob ? Buffer.from(await part.arrayBuffer()) : Buffer.from(image.data ?? "", "base64");
  if (bytes.toString("latin1", 1, 4) !== "PNG") throw new Fault(400, "bad-input", `${image.name} is no PNG picture`);
  return { text: `a PNG picture, ${bytes.readUInt32BE(16)} by ${bytes.readUInt32BE(20)} pixels` };
}

async function answer(request: IncomingMessage): Promise<unknown> {
  const token = process.env["EXPERT_TOKEN"];
  if (token && request.headers.authorization !== `Bearer ${token}`) throw new Fault(401, "expert-unavailable", "who?");
  if (request.method === "GET" && request.url === "/health") return { status: "ok" };
  const type = request.headers["content-type"] ?? "";
  const body = new Response(await blob(request), { headers: { "content-type": type } });
  const form = type.startsWith("multipart/form-data") ? await body.formData() : undefined;
  const json = form?.get("request") ?? (await body.text());
  const call: Call = JSON.parse(typeof json === "string" ? json : "{}");
  if (call.task !== "image-to-text") throw new Fault(400, "expert-failed", `there is no ${call.task} here`);
  if (!call.batch) return { outputs: await run(call.inputs ?? {}, form) };
  const one = (inputs: Inputs) => run(inputs, form).then((outputs) => ({ outputs }), failure);
  return { batch: await Promise.all(call.batch.map(({ inputs }) => one(inputs))) };
}

function failure(thrown: unknown) {
  if (!(thrown instanceof Fault)) return { error: { code: "expert-failed", message: "it broke", retryable: true } };
  return { error: { code: thrown.code, message: thrown.message, retryable: false } };
}

const server = createServer((request, response) => {
  const say = (status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  answer(request).then(
    (found) => say(200, found),
    (thrown: unknown) => say(thrown instanceof Fault ? thrown.status : 500, failure(thrown)),
  );
});
server.listen(Number(process.env["PORT"] ?? 8090), "127.0.0.1", () => {
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${typeof address === "object" ? address?.port : address}`);
});
