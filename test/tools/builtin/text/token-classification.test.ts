/** Doubts: offsets point beside the name after emoji, accents, control characters; types are mixed up; names are invented. */
import { describe, expect, it } from "vitest";
import { tokenClassificationExpert } from "../../../../tools/builtin/token-classification.ts";
import type { Table } from "../../../../src/run/value.ts";
import { runExpert } from "../run-expert.ts";

async function find(text: string) {
  const { table, text: words } = await runExpert<{ table: Table; text: string }>(tokenClassificationExpert, { text });
  for (const [entity, , start, end] of table.rows) expect(text.slice(Number(start), Number(end))).toBe(entity);
  return { names: table.rows.map(([entity, type]) => `${entity} (${type})`), words, table };
}

describe("token classification", () => {
  it("finds people, places and organisations, in order, and names them in words", async () => {
    const { names, words, table } = await find(
      "Grace Hopper worked at Harvard University and later lived in Portland, Oregon.",
    );
    expect(table.columns).toEqual(["entity", "type", "start", "end"]);
    expect(names).toEqual([
      "Grace Hopper (person)",
      "Harvard University (organisation)",
      "Portland (place)",
      "Oregon (place)",
    ]);
    expect(words).toBe("people: Grace Hopper; places: Portland, Oregon; organisations: Harvard University");
  });

  it("keeps its offsets right after emoji, accents, control characters and odd spaces", async () => {
    const { names } = await find(
      "  😀👩‍👩‍👧 Zoë Müller\u0000 flew\r\n\tto   Madrid; then 🇫🇷 to “Paris”, with Paul's aunt.",
    );
    expect(names).toEqual(expect.arrayContaining(["Madrid (place)", "Paris (place)", "Paul (person)"]));
  });

  it("leaves punctuation, possessives and titles alone out of the name", async () => {
    const { names } = await find(
      "We met Anna's friend (John) in Rome's oldest café, and Mr. and Mrs. Baker in Vienna!",
    );
    expect(names).toEqual(
      expect.arrayContaining([
        "Anna (person)",
        "John (person)",
        "Rome (place)",
        "Mrs. Baker (person)",
        "Vienna (place)",
      ]),
    );
    expect(names).not.toContain("Mr (person)");
  });

  it("names each once in words, but every place it stands at in the table", async () => {
    const { table, words } = await find("Maria called. Peter asked Maria to come to Lisbon.");
    expect(table.rows.filter(([entity]) => entity === "Maria")).toHaveLength(2);
    expect(words).toBe("people: Maria, Peter; places: Lisbon");
  });

  it("invents nothing where there are no names", async () => {
    const { names, words } = await find("It rained all day, so the children stayed inside and painted.");
    expect(names).toEqual([]);
    expect(words).toBe("no names found");
  });

  it("does not say “no names” of a script that it cannot read", async () => {
    await expect(find("أحمد يعيش في القاهرة")).rejects.toMatchObject({ code: "bad-input" });
  });
});
