/** Can an expert that means harm hang a worker, fill its memory, reach its network, or bring its process down? */
import { readdir } from "node:fs/promises";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { defineTask } from "../../../../src/registry/task-spec.ts";
import { imageToText } from "../../../../tools/tasks/image-to-text.ts";
import { textToImage } from "../../../../tools/tasks/text-to-image.ts";
import { sample } from "../../builtin/run-expert.ts";
import { callHttp, connectHttp, makeFolder, startExpert, startServer } from "./connect-http.ts";
import { anything, errorAfter, json, pictures, text } from "./hostile-replies.ts";

describe("an expert that takes its time", () => {
  it("is given up after the time of the call when it never answers", async () => {
    const url = await startServer(() => {});
    const call = callHttp({ task: anything, url, limits: { timeoutMs: 300 } }, text);
    await expect(call).rejects.toMatchObject({ code: "timeout", retryable: true });
  });

  it("is given up when it hangs after its headers, or in the middle of its body", async () => {
    for (const beginning of ["", '{"outputs": {"json": ']) {
      const url = await startServer((_request, response) => {
        response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
        response.write(beginning);
      });
      const call = callHttp({ task: anything, url, limits: { timeoutMs: 300 } }, text);
      await expect(call).rejects.toMatchObject({ code: "timeout" });
    }
  });

  it("is given up when it sends a byte now and then for ever", async () => {
    const url = await startServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    });
    const call = callHttp({ task: anything, url, limits: { timeoutMs: 300 } }, text);
    await expect(call).rejects.toMatchObject({ code: "timeout" });
  });

  it("is given up when the bytes of a file that it points at never come", async () => {
    const url = await startServer((request, response) => {
      if (request.method === "GET") return response.writeHead(200, { "content-type": "image/png" }).flushHeaders();
      response.end(JSON.stringify({ outputs: { image: { url: "/slow.png" } } }));
    });
    const call = callHttp({ task: textToImage, url, limits: { timeoutMs: 300 } }, text);
    await expect(call).rejects.toMatchObject({ code: "timeout" });
  });

  it("lets go of the connection at once when the call is canceled", async () => {
    const controller = new AbortController();
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const url = await startServer((_request, response) => {
      response.on("close", resolve);
      controller.abort();
    });
    await expect(callHttp({ task: anything, url }, text, controller.signal)).rejects.toMatchObject({
      code: "canceled",
    });
    await closed;
  });

  it("doesn't hold a call that is canceled while it waits for a busy expert", async () => {
    const controller = new AbortController();
    const { url, received } = await startExpert(() => {
      setTimeout(() => controller.abort(), 50);
      return { status: 429, headers: { "retry-after": 5 } };
    });
    await expect(callHttp({ task: anything, url }, text, controller.signal)).rejects.toMatchObject({
      code: "canceled",
    });
    expect(received).toHaveLength(1);
  });
});

describe("an expert that sends too much", () => {
  const small = { task: anything, settings: { maxBytes: 100_000 } };

  it("is cut off at the limit, whether it announces the length or not", async () => {
    const announced = await errorAfter(json(`{"outputs": {"json": "${"x".repeat(200_000)}"}}`), small);
    expect(announced).toMatchObject({ code: "expert-failed", retryable: false });
    expect(announced).toHaveProperty("message", expect.stringContaining("settings.maxBytes"));
    const url = await startServer((_request, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write("x".repeat(10_000)));
      };
      response.on("drain", pour);
      pour();
    });
    await expect(callHttp({ ...small, url }, text)).rejects.toMatchObject({ code: "expert-failed" });
  });

  it("is cut off when a small body unpacks to a large one", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, "x"));
    expect(bomb.length).toBeLessThan(100_000);
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    expect(await errorAfter({ headers, body: bomb }, small)).toMatchObject({ code: "expert-failed" });
  });

  it("is cut off when the files that it points at are too large together", async () => {
    const url = await startServer((request, response) => {
      if (request.method === "GET")
        return void response.end(Buffer.concat([Buffer.from("plain "), Buffer.alloc(40_000, "x")]));
      response.end(JSON.stringify({ outputs: { files: Array.from({ length: 3 }, () => ({ url: "/a.txt" })) } }));
    });
    const task = defineTask({ ...pictures, outputs: { files: { type: { list: "document" }, description: "Texts." } } });
    await expect(callHttp({ task, settings: { maxBytes: 100_000 }, url }, text)).rejects.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining("sends more than 19988 bytes"),
    });
  });

  it("is refused when it makes thousands of files, and none of them is made", async () => {
    const data = Buffer.from("plain").toString("base64");
    const { url } = await startExpert(() => ({
      body: { outputs: { images: Array.from({ length: 5000 }, () => ({ data })) } },
    }));
    const scratch = await makeFolder();
    const call = connectHttp({ task: pictures, url }).run(undefined, text, {
      signal: new AbortController().signal,
      scratch,
    });
    await expect(call).rejects.toMatchObject({ code: "expert-failed", message: expect.stringContaining("5000 files") });
    expect(await readdir(scratch)).toEqual([]);
  });

  it("is refused when its head has no end", async () => {
    const headers = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`x-${index}`, "y".repeat(1000)]));
    expect(await errorAfter({ headers, body: {} })).toMatchObject({ code: "expert-failed" });
  });
});

describe("an expert that sends us elsewhere", () => {
  it.each([301, 302, 303, 307, 308])("can't make a request to a private address out of a %i", async (status) => {
    const { url: inner, received } = await startExpert(() => ({ body: { outputs: { json: "secret" } } }));
    const target = inner.replace("127.0.0.1", "127.0.0.2");
    const error = await errorAfter({ status, headers: { location: target } });
    expect(error).toMatchObject({ code: "expert-unavailable", retryable: false });
    expect(received).toEqual([]);
  });

  it("can't lead a file's fetch there, either", async () => {
    const url = await startServer((request, response) => {
      if (request.method === "GET") return void response.writeHead(302, { location: "http://192.168.1.1/" }).end();
      response.end(JSON.stringify({ outputs: { image: { url: "/cat.png" } } }));
    });
    await expect(callHttp({ task: textToImage, url }, text)).rejects.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining("no public address"),
    });
  });

  it("can't lead in circles", async () => {
    expect(await errorAfter({ status: 307, headers: { location: "/" } })).toMatchObject({ code: "expert-failed" });
  });

  it("never gets a secret sent to another origin", async () => {
    const { url: other, received } = await startExpert(() => ({ body: "plain text" }));
    const { url, received: first } = await startExpert(() => ({ body: { outputs: { file: { url: other } } } }));
    const task = defineTask({ ...anything, outputs: { file: { type: "document", description: "A text." } } });
    await callHttp({ task, url, secrets: { "x-key": "open-sesame" } }, text);
    expect(first[0]?.headers["x-key"]).toBe("open-sesame");
    expect(received[0]?.headers).not.toHaveProperty("x-key");
  });
});

describe("an expert that breaks", () => {
  async function startSocketServer(onData: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => onData(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    server.unref();
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it.each([
    ["hangs up", "", true],
    ["hangs up in its head", "HTTP/1.1 200 OK\r\ncontent-t", true],
    ["hangs up in its body", 'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"out', true],
    ["speaks something else", "SSH-2.0-OpenSSH_9.6\r\n", false],
    ["gives two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}", false],
  ])("is told from others when it %s", async (_what, sent, retryable) => {
    const url = await startSocketServer((socket) => socket.end(sent));
    await expect(callHttp({ task: anything, url }, text)).rejects.toMatchObject({ code: "expert-failed", retryable });
  });

  it("is unavailable for now when nobody listens", async () => {
    const call = callHttp({ task: anything, url: "http://127.0.0.1:9", allowHosts: ["127.0.0.1:9"] }, text);
    await expect(call).rejects.toMatchObject({ code: "expert-unavailable", retryable: true });
  });

  describe("while a form is on its way to it", () => {
    const form = { task: imageToText, settings: { inlineBytes: 0 } };

    it("is heard when it answers early", async () => {
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      const url = await startServer((request, response) => {
        request.socket.on("close", resolve);
        response.writeHead(422, { "content-type": "application/json" });
        // Only then the rest is taken, so that the end of the connection is seen here.
        response.end(JSON.stringify({ error: { code: "bad-input", message: "too dark" } }), () => request.resume());
      });
      const call = callHttp({ ...form, url }, { image: sample("coffee.png") });
      await expect(call).rejects.toMatchObject({ code: "bad-input", message: expect.stringContaining("too dark") });
      await gone;
    });

    it("may hang up", async () => {
      const url = await startServer((request) => request.socket.destroy());
      const call = callHttp({ ...form, url }, { image: sample("coffee.png") });
      await expect(call).rejects.toMatchObject({ code: "expert-failed", retryable: true });
    });

    it("may read nothing of it", async () => {
      const url = await startSocketServer((socket) => socket.pause());
      const call = callHttp({ ...form, url, limits: { timeoutMs: 300 } }, { image: sample("coffee.png") });
      await expect(call).rejects.toMatchObject({ code: "timeout" });
    });

    it("doesn't matter when the file is gone", async () => {
      const { url } = await startExpert(() => ({ body: {} }));
      const file = { ...sample("coffee.png"), path: "/nowhere/coffee.png" };
      await expect(callHttp({ ...form, url }, { image: file })).rejects.toThrow("ENOENT");
    });
  });
});
