/** Doubt: that nothing that is put into the page can get out of its place. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { join, Markup, markup } from "../../src/http/docs/markup.ts";
import { typeText } from "../../src/http/docs/type-text.ts";

test("any text stays text", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { text: page } = markup`<p title="${text}">${[text, undefined, join([text, text], text)]}</p>`;
      expect(page.replace(/^<p title="|<\/p>$/g, "").replace('">', "")).not.toMatch(/[<>"']/);
    }),
  );
});

test("markup in markup is not escaped twice", () => {
  expect(markup`<b>${markup`<i>${"<"}</i>`}${new Markup("&amp;")}</b>`.text).toBe("<b><i>&lt;</i>&amp;</b>");
});

test.each([
  [{}, "anything"],
  [{ type: "string", format: "date-time" }, "moment"],
  [{ type: "string", format: "binary" }, "bytes"],
  [{ type: "integer", minimum: 0, maximum: 9 }, "integer 0..9"],
  [{ type: "integer", minimum: 1 }, "integer from 1"],
  [{ type: ["string", "null"] }, "string | null"],
  [{ enum: ["a", 1] }, "&quot;a&quot; | 1"],
  [{ type: "array", items: { enum: ["a", "b"] } }, "(&quot;a&quot; | &quot;b&quot;)[]"],
  [{ type: "object", additionalProperties: { type: "number" } }, "{ [name]: number }"],
  [{ allOf: [{ $ref: "#/x/A" }, { type: "number" }] }, '<a href="#schema-A">A</a> & number'],
  [
    { type: "object", properties: { a: { type: "string", description: "x > y" }, b: {} }, required: ["a"] },
    "{\n  a: string  <i>// x &gt; y</i>\n  b?: anything\n}",
  ],
])("%j", (schema, text) => {
  expect(typeText(schema).text.replace(" &amp; ", " & ")).toBe(text);
});
