/** Doubt: that a name from outside can neither break a header nor be lost on the way. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contentDisposition, plainName, uploadName } from "../../src/http/file-name.ts";

describe("the name of an upload", () => {
  test.each([
    [{ "x-filename": "photo.jpg" }, "photo.jpg"],
    [{ "x-filename": "caf%C3%A9%20au%20lait.png" }, "café au lait.png"],
    [{ "x-filename": Buffer.from("café.png").toString("latin1") }, "café.png"],
    [{ "x-filename": "caf\u00e9.png" }, "café.png"],
    [{ "x-filename": "100%.png" }, "100%.png"],
    [{ "x-filename": "..%2F..%2Fetc%2Fpasswd" }, "passwd"],
    [{ "x-filename": "C:\\photos\\me.png" }, "me.png"],
    [{ "x-filename": "" }, undefined],
    [{ "content-disposition": 'attachment; filename="a b.png"' }, "a b.png"],
    [{ "content-disposition": "attachment; filename=a.png" }, "a.png"],
    [{ "content-disposition": 'attachment; filename="say \\"hi\\".txt"' }, 'say "hi".txt'],
    [{ "content-disposition": "attachment; filename=\"x\"; filename*=UTF-8''%e2%82%ac.txt" }, "€.txt"],
    [{ "content-disposition": "inline" }, undefined],
    [{}, undefined],
  ])("%j is %j", (headers, name) => {
    expect(uploadName(headers)).toBe(name);
  });
});

describe("the name of a download", () => {
  test.each([
    ["attachment", undefined, "attachment"],
    ["inline", "photo.png", 'inline; filename="photo.png"'],
    ["inline", "café.png", "inline; filename=\"caf_.png\"; filename*=UTF-8''caf%C3%A9.png"],
    ["attachment", 'a"b\\c.txt', 'attachment; filename="c.txt"'],
    ["attachment", "it's (1)*.txt", 'attachment; filename="it\'s (1)*.txt"'],
    ["attachment", "50%41.txt", "attachment; filename=\"50_41.txt\"; filename*=UTF-8''50%2541.txt"],
  ] as const)("%s %j", (kind, name, header) => {
    expect(contentDisposition(kind, name)).toBe(header);
  });

  test("any name makes a header of one line that gives the name back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const header = contentDisposition("attachment", name);
        expect(header).toMatch(/^[\x20-\x7e]+$/);
        expect(uploadName({ "content-disposition": header })).toBe(plainName(name));
      }),
    );
  });
});
