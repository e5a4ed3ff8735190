/** Does the caller's fault ever count as the expert's, or the other way round? Does a secret show in an error? */
import { describe, expect, it } from "vitest";
import { summarization } from "../../../../tools/tasks/summarization.ts";
import { callHttp, startExpert, type Reply, type Written } from "./connect-http.ts";

const text = { text: "A long story about nothing much." };

async function errorAfter(reply: Reply, written: Partial<Written> = {}): Promise<unknown> {
  const { url } = await startExpert(() => reply);
  return callHttp({ task: summarization, ...written, url }, text).catch((error: unknown) => error);
}

describe("a status", () => {
  it.each([
    [400, "bad-input", false, ""],
    [401, "expert-unavailable", false, "check the secret"],
    [403, "expert-unavailable", false, "check the secret"],
    [404, "expert-unavailable", false, "check settings.url"],
    [405, "expert-unavailable", false, "check settings.url"],
    [408, "expert-failed", true, ""],
    [409, "expert-failed", false, ""],
    [413, "expert-failed", false, ""],
    [418, "expert-failed", false, ""],
    [422, "bad-input", false, ""],
    [429, "expert-failed", true, ""],
    [500, "expert-failed", true, ""],
    [502, "expert-failed", true, ""],
    [503, "expert-failed", true, ""],
    [504, "expert-failed", true, ""],
    [599, "expert-failed", true, ""],
    [304, "expert-failed", false, ""],
    [300, "expert-failed", false, ""],
  ])("of %i is %s", async (status, code, retryable, advice) => {
    const error = await errorAfter({ status, headers: { "content-type": "text/html" }, body: "<h1>No</h1>" });
    expect(error).toMatchObject({ code, retryable, message: expect.stringContaining(String(status)) });
    expect(error).toHaveProperty("message", expect.stringContaining(advice));
    expect(error).toHaveProperty("message", expect.not.stringContaining("<h1>"));
  });
});

describe("an error in words", () => {
  it.each([
    ["the contract's own", { error: { code: "bad-input", message: "too dark" } }, "bad-input", false],
    [
      "one that says it passes",
      { error: { code: "expert-failed", message: "too dark", retryable: true } },
      "expert-failed",
      true,
    ],
    ["one that says it lasts", { error: { message: "too dark", retryable: false } }, "expert-failed", false],
    [
      "one that can't be repeated and says so",
      { error: { code: "bad-input", message: "too dark", retryable: true } },
      "bad-input",
      false,
    ],
    ["problem+json", { type: "about:blank", title: "Bad", detail: "too dark", status: 500 }, "expert-failed", true],
    [
      "problem+json with a code",
      { title: "Bad", detail: "too dark", code: "expert-unavailable", retryable: true },
      "expert-unavailable",
      true,
    ],
    ["a framework's", { detail: "too dark" }, "expert-failed", true],
    ["a plain text", { error: "too dark" }, "expert-failed", true],
    ["one with a code of another world", { error: { code: 17, message: "too dark" } }, "expert-failed", true],
  ])("counts for more than its status: %s", async (_what, body, code, retryable) => {
    const error = await errorAfter({ status: 500, body });
    expect(error).toMatchObject({ code, retryable, message: expect.stringContaining("too dark") });
  });

  it("counts although the status says that all is well", async () => {
    expect(
      await errorAfter({ body: { error: { code: "bad-input", message: "too dark" }, outputs: { text: "x" } } }),
    ).toMatchObject({ code: "bad-input", message: expect.stringContaining("too dark") });
    expect(await errorAfter({ body: { error: null, outputs: { text: "short" } } })).toEqual({ text: "short" });
    expect(await errorAfter({ body: { message: "done", outputs: { text: "short" } } })).toEqual({ text: "short" });
  });

  it("is one short line, whatever was sent", async () => {
    const message = `first\nsecond\u0000\u202E\u001b[31m ${"long ".repeat(10_000)}`;
    const error = await errorAfter({ status: 500, body: { error: { message } } });
    const told = (error as Error).message;
    expect(told).toContain("first second [31m long");
    expect(told.length).toBeLessThan(400);
  });

  it("is not waited for when it never comes", async () => {
    const reply = { status: 500, headers: { "content-length": 5 }, body: "" };
    expect(await errorAfter(reply, { limits: { timeoutMs: 300 } })).toMatchObject({ code: "expert-failed" });
  });

  it("is not read when it is large", async () => {
    const error = await errorAfter({ status: 500, body: { error: { message: "x".repeat(1_000_000) } } });
    expect(error).toMatchObject({ code: "expert-failed", message: expect.stringMatching(/answers 500$/) });
  });
});

describe("a secret", () => {
  const secrets = { authorization: "Bearer correct-horse", "x-key": 'batt"ery-staple' };

  it("is taken out of an error that repeats it", async () => {
    const { url } = await startExpert(({ headers }) => ({
      status: 401,
      body: { error: `no ${headers.authorization} and no ${String(headers["x-key"])}, nor correct-horse` },
    }));
    const error: unknown = await callHttp({ task: summarization, url, secrets }, text).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toHaveProperty("message", expect.stringContaining("no [secret] and no [secret], nor [secret]"));
  });

  it("is taken out of a result that repeats it", async () => {
    const { url } = await startExpert(({ headers }) => ({ body: { outputs: { text: JSON.stringify(headers) } } }));
    const { text: told } = await callHttp({ task: summarization, url, secrets }, text);
    expect(told).toContain("[secret]");
    expect(told).not.toContain("horse");
  });

  it("is nowhere in an error's causes", async () => {
    const url = "http://127.0.0.1:9/correct-horse?key=correct-horse";
    const error: unknown = await callHttp(
      { task: summarization, url, secrets, allowHosts: ["127.0.0.1:9"] },
      text,
    ).catch((thrown: unknown) => thrown);
    const told: string[] = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause) told.push(at.message, JSON.stringify(at));
    expect(told.length).toBeGreaterThan(2);
    expect(told.join()).not.toContain("horse");
  });
});

describe("an expert that is busy", () => {
  it("is asked again after the time that it names, where the call has that time", async () => {
    const { url, received } = await startExpert((_received, count) =>
      count < 3
        ? { status: count === 1 ? 429 : 503, headers: { "retry-after": 0 } }
        : { body: { outputs: { text: "short" } } },
    );
    expect(await callHttp({ task: summarization, url }, text)).toEqual({ text: "short" });
    expect(received).toHaveLength(3);
    expect(received[2]?.body).toEqual(received[0]?.body);
  });

  it("is left alone after that", async () => {
    const { url, received } = await startExpert(() => ({ status: 429, headers: { "retry-after": 0 } }));
    await expect(callHttp({ task: summarization, url }, text)).rejects.toMatchObject({
      retryable: true,
      retryAfter: 0,
    });
    expect(received).toHaveLength(3);
  });

  it.each([
    ["longer than the call may take", 5, 1000],
    ["longer than anybody waits", 3600, 100_000],
  ])("is not waited for when it wants %s", async (_what, seconds, timeoutMs) => {
    const { url, received } = await startExpert(() => ({ status: 503, headers: { "retry-after": seconds } }));
    await expect(callHttp({ task: summarization, url, limits: { timeoutMs } }, text)).rejects.toMatchObject({
      code: "expert-failed",
      retryable: true,
      retryAfter: seconds,
    });
    expect(received).toHaveLength(1);
  });

  it("may name a date", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const error = await errorAfter({ status: 503, headers: { "retry-after": date } });
    expect((error as { retryAfter: number }).retryAfter).toBeGreaterThan(3000);
  });

  it("is not asked again where it names nothing, or nonsense", async () => {
    for (const headers of [{}, { "retry-after": "soon" }]) {
      const { url, received } = await startExpert(() => ({ status: 503, headers }));
      await expect(callHttp({ task: summarization, url }, text)).rejects.toMatchObject({ retryable: true });
      expect(received).toHaveLength(1);
    }
  });
});
