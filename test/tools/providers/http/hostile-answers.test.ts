/** Is anything taken as an answer that is none, and can one that is made for it harm the process that reads it? */
import { describe, expect, it } from "vitest";
import { objectDetection } from "../../../../tools/tasks/object-detection.ts";
import { summarization } from "../../../../tools/tasks/summarization.ts";
import { textToImage } from "../../../../tools/tasks/text-to-image.ts";
import { sample } from "../../builtin/run-expert.ts";
import { callHttp, startExpert, type Reply } from "./connect-http.ts";
import { errorAfter, json } from "./hostile-replies.ts";

describe("an expert that sends what is no answer", () => {
  it.each([
    ["HTML", { headers: { "content-type": "text/html" }, body: "<!doctype html><title>Log in</title>" }, "text/html"],
    ["nothing", { status: 204 }, "not JSON"],
    ["half of one", json('{"outputs": {"json": 1'), "not JSON"],
    ["NaN", json('{"outputs": {"json": NaN}}'), "no NaN"],
    ["a number beyond all numbers", json('{"outputs": {"json": 1e999}}'), "number that is too large"],
    ["a hundred thousand brackets", json("[".repeat(100_000)), "deeper than 64"],
    ["deep nesting within", json(`{"outputs":{"json":${"[".repeat(5000)}${"]".repeat(5000)}}}`), "deeper than 64"],
    ["millions of empty lists", json(`{"outputs":{"json":[${"[],".repeat(600_000)}[]]}}`), "more than 500000"],
    ["a key that changes prototypes", json('{"outputs":{"json":{"__proto__":{"polluted":true}}}}'), "__proto__"],
    ["that key in disguise", json(String.raw`{"outputs":{"json":{"\u005f_proto__":{"polluted":true}}}}`), "__proto__"],
    ["that key as the outputs", json('{"__proto__":{"outputs":{"json":1}}}'), "__proto__"],
    ["another shape", { body: { result: 1 } }, "outputs"],
    ["a list", { body: [1] }, "outputs"],
    ["null", { body: null }, "outputs"],
    [
      "outputs that are inherited by all objects",
      { body: { outputs: { toString: 1 } } },
      "json of anything is missing",
    ],
  ] satisfies [string, Reply, string][])("gets a typed error for %s", async (_what, reply, message) => {
    const error = await errorAfter(reply);
    expect(error).toMatchObject({ code: "expert-failed", retryable: false });
    expect(error).toHaveProperty("message", expect.stringContaining(message));
    expect({}).not.toHaveProperty("polluted");
  });

  it("gets one for values of the wrong type, and where they are", async () => {
    expect(await errorAfter({ body: { outputs: { text: 5 } } }, { task: summarization })).toMatchObject({
      code: "expert-failed",
      message: expect.stringMatching(/^output text of summarization: .*expected string/),
    });
    const boxes = [{ label: "cat", score: 1, box: { xmin: 0, ymin: 0, xmax: "9", ymax: 9 } }];
    const { url } = await startExpert(() => ({ body: { outputs: { boxes, count: 1, text: "1 cat" } } }));
    await expect(callHttp({ task: objectDetection, url }, { image: sample("coffee.png") })).rejects.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining("boxes of object-detection[0], box.xmax"),
    });
  });

  it("takes no memory for half a million wrong items", async () => {
    const boxes = `[${"1,".repeat(490_000)}1]`;
    const { url } = await startExpert(() => json(`{"outputs":{"boxes":${boxes},"count":1,"text":"x"}}`));
    await expect(callHttp({ task: objectDetection, url }, { image: sample("coffee.png") })).rejects.toMatchObject({
      message: expect.stringContaining("[0]"),
    });
  });

  it.each([
    ["a text", "cat.png"],
    ["a path", { path: "/etc/passwd" }],
    ["bytes that are no base64", { data: "<svg>" }],
    ["no bytes", { data: "" }],
    ["HTML", { data: Buffer.from("<html><script>1</script></html>").toString("base64"), mediaType: "image/png" }],
    ["half a picture's head", { data: Buffer.from("\x89PNG\r\n\x1a\n\0\0", "latin1").toString("base64") }],
    ["a file of this machine", { url: "file:///etc/passwd" }],
    ["a URL that is none", { url: "http://" }],
    ["a private address", { url: "http://10.0.0.1/cat.png" }],
    ["a metadata service", { url: "http://169.254.169.254/latest/meta-data/" }],
    ["a name of this machine", { url: "http://localhost/cat.png" }],
    ["loopback in another spelling", { url: "http://0x7f000002/cat.png" }],
  ])("gets one for %s in place of a picture", async (_what, image) => {
    const error = await errorAfter({ body: { outputs: { image } } }, { task: textToImage });
    expect(error).toMatchObject({ code: "expert-failed", message: expect.stringContaining("output image") });
  });

  it("gets one for a bare body that is HTML, whatever it is called", async () => {
    for (const type of ["text/html", "image/png"]) {
      const reply = { headers: { "content-type": type }, body: "<!doctype html><title>Log in</title>" };
      expect(await errorAfter(reply, { task: textToImage })).toMatchObject({ code: "expert-failed" });
    }
  });
});
