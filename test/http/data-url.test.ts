/** Doubt: that bytes in JSON are read as the standards say, and that nothing but data is ever taken for data. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import { isRemote, readBytes, readDataUrl } from "../../src/http/data-url.ts";

function fault(read: () => unknown): TuttiError {
  try {
    read();
  } catch (error) {
    if (error instanceof TuttiError) return error;
    throw error;
  }
  throw new Error("it was read");
}

function outcome(read: () => unknown): string {
  try {
    read();
    return "read";
  } catch (error) {
    return error instanceof TuttiError ? error.code : String(error);
  }
}

describe("a data: URL", () => {
  test.each([
    ["data:text/plain;base64,aGVsbG8=", "hello"],
    ["DATA:TEXT/PLAIN;BASE64,aGVsbG8=", "hello"],
    ["data:image/png;name=a%20b.png;charset=utf-8;base64,aGVsbG8=", "hello"],
    ["data:;base64,aGVsbG8", "hello"],
    ["data:image/png; base64 ,aGVsbG8=", "hello"],
    ["data:image/png;base64,aGVs\n bG8=", "hello"],
    ["data:image/png;base64,aGVsbG8%3D", "hello"],
    ["data:,hello%20there", "hello there"],
    ["data:text/plain,100%,%zz,%4", "100%,%zz,%4"],
    ["data:text/plain;charset=utf-8,caf%C3%A9", "café"],
    ["data:text/plain,a,b;base64,c", "a,b;base64,c"],
    ["  data:,x", "x"],
  ])("%j holds %j", (url, text) => {
    expect(readDataUrl(url, "here").toString()).toBe(text);
  });

  test.each([
    "data:image/png;base64,a",
    "data:image/png;base64,aGV$bG8=",
    "data:image/png;base64,aG=VsbG8",
    "data:image/png;base64,aGVsbG8===",
    "data:image/png;base64,%zz",
    "data:image/png;base64,",
    "data:image/png;base64, ",
    "data:,",
    "data:",
    "data:image/png;base64",
    "photo.png",
    "",
  ])("%j is malformed", (url) => {
    const { code, message } = fault(() => readDataUrl(url, "messages.0.content.0"));
    expect(code).toBe("invalid-request");
    expect(message).toMatch(/^messages\.0\.content\.0: /);
  });

  test.each([
    "http://169.254.169.254/latest/meta-data",
    "HTTPS://example.com/a.png",
    " http://example.com",
    "file:///etc/passwd",
    "ftp://example.com/a",
    "javascript:alert(1)",
  ])("%j holds nothing itself", (url) => {
    expect(isRemote(url)).toBe(true);
    for (const read of [readDataUrl, readBytes]) expect(fault(() => read(url, "here")).code).toBe("invalid-request");
  });

  test("two slashes begin no URL, but the base64 of many a recording", () => {
    const mp3 = Buffer.from([0xff, 0xfb, 0x90, 0x64]).toString("base64");
    expect(mp3).toBe("//uQZA==");
    expect(isRemote(mp3)).toBe(false);
    expect([...readBytes(mp3, "here")]).toEqual([0xff, 0xfb, 0x90, 0x64]);
    expect(fault(() => readBytes("//example.com/a.png", "here")).code).toBe("invalid-request");
  });

  test("any bytes come back, in either alphabet, broken into lines or not", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.constantFrom("base64", "base64url"), (bytes, encoding) => {
        const text = Buffer.from(bytes).toString(encoding);
        const lines = text.replaceAll(/.{7}/g, "$&\r\n");
        for (const read of [text, lines, `data:application/octet-stream;base64,${text}`]) {
          expect(isRemote(read)).toBe(false);
          expect([...readBytes(read, "here")]).toEqual([...bytes]);
        }
      }),
    );
  });

  test("any bytes come back from percent signs", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const escaped = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
        expect([...readDataUrl(`data:,${escaped}`, "here")]).toEqual([...bytes]);
      }),
    );
  });

  test("any text is read or refused, never anything else", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const url of [text, `data:${text}`, `data:;base64,${text}`]) {
          expect(outcome(() => readBytes(url, "here"))).toMatch(/^(read|invalid-request)$/);
        }
      }),
    );
  });
});
