/** Are the right experts among the few, of the right task, also after many have come and gone, and after a restart? */
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Embedder } from "../../src/ports/embedder.ts";
import { CardIndex } from "../../src/registry/card-index.ts";
import { CardShortlist } from "../../src/registry/card-shortlist.ts";
import type { ExpertCard } from "../../src/registry/expert-card.ts";
import { nameOf } from "../../src/registry/expert-name.ts";
import { packVector } from "../../src/registry/index/packed-vector.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";

const { folder, remove } = await temporaryFolder();
afterAll(remove);

function cardOf(id: string, more: Partial<ExpertCard> = {}): ExpertCard {
  return {
    id: `acme/${id}`,
    version: "1",
    task: "summarization",
    title: id,
    provider: "http",
    model: id,
    lane: "remote",
    runtime: "http",
    limits: { timeoutMs: 1000, concurrency: 1, memoryMiB: 1 },
    pure: false,
    effects: "none",
    licence: { code: "MIT" },
    quality: "Unknown.",
    merit: 0.5,
    ...more,
  };
}

const legal = cardOf("legal", { description: "Sums up contracts and court decisions." });
const news = cardOf("news", { description: "Sums up newspaper articles.", languages: ["de"] });
const medical = cardOf("medical", { description: "Sums up reports of doctors." });
const translator = cardOf("translator", { task: "translation", description: "Translates contracts." });

describe("an index of cards", () => {
  it("finds by words, of one task or of all", () => {
    const index = new CardIndex();
    for (const card of [legal, news, medical, translator]) index.put(card);
    expect(index.shortlist({ text: "sum up this contract", task: "summarization" })[0]?.id).toBe("acme/legal");
    expect(index.shortlist({ text: "German news", task: "summarization" })[0]?.id).toBe("acme/news");
    expect(index.shortlist({ text: "contract" }).map(({ id }) => id)).toEqual(
      expect.arrayContaining(["acme/legal", "acme/translator"]),
    );
    const ofOne = index.shortlist({ text: "contract", task: "summarization" });
    expect(ofOne.map(({ id }) => id)).not.toContain("acme/translator");
    // Who shares no word is there for its merit.
    expect(ofOne).toHaveLength(3);
    expect(index.shortlist({ text: "", task: "summarization", k: 2 })).toHaveLength(2);
    expect(index.shortlist({ text: "contract", task: "none" })).toEqual([]);
  });

  it("finds by meaning where words say nothing, and by merit among equals", () => {
    const index = new CardIndex({ dimensions: 8 });
    const axis = (at: number) => Array.from({ length: 8 }, (_, own) => (own === at ? 1 : 0));
    for (const [at, card] of [legal, news, medical].entries()) {
      const vector = packVector(axis(at));
      if (vector) index.put(card, vector);
    }
    expect(index.shortlist({ text: "?", vector: axis(2), task: "summarization" })[0]?.id).toBe("acme/medical");
    const merits = new CardIndex();
    for (const merit of [0.3, 0.9, 0.6]) merits.put(cardOf(`m${merit}`, { title: "same", merit }));
    expect(merits.shortlist({ text: "same", task: "summarization" })[0]?.id).toBe("acme/m0.9");
  });

  it("holds one card of a name, and none that was removed", () => {
    const index = new CardIndex();
    index.put(legal);
    index.put({ ...legal, description: "Sums up poems." });
    index.put({ ...legal, version: "2", description: "Sums up stories." });
    expect(index.size).toBe(2);
    expect(index.shortlist({ text: "contract" })).toEqual([]);
    expect(index.shortlist({ text: "poems" })).toMatchObject([{ id: "acme/legal", version: "1" }]);
    expect(index.remove("acme/legal@1")).toBe(true);
    expect(index.remove("acme/legal@1")).toBe(false);
    expect(index.shortlist({ text: "legal" })).toMatchObject([{ version: "2" }]);
  });

  it("takes no vector of another length", () => {
    const index = new CardIndex({ dimensions: 8 });
    const long = packVector([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    if (!long) throw new Error("stands for nothing");
    index.put(legal, long);
    index.setVector("acme/legal@1", long);
    expect(index.shortlist({ text: "", vector: [1, 2, 3, 4, 5, 6, 7, 8] })).toEqual([]);
  });

  it("finds the same when thousands have come and gone as in a new one", () => {
    const random = (at: number) => Math.sin(at * 12.9898) * 43_758.5453;
    const vectorOf = (at: number) =>
      Array.from({ length: 16 }, (_, own) => Math.sin(random(at) + own * (1 + (at % 7))));
    const make = (at: number) => {
      const title = `model ${at % 50} for ${["law", "news", "health"][at % 3] ?? ""}`;
      return cardOf(`c${at}`, { title, task: at % 2 === 0 ? "summarization" : "translation", merit: (at % 10) / 10 });
    };
    const [used, fresh] = [new CardIndex({ dimensions: 16 }), new CardIndex({ dimensions: 16 })];
    for (let at = 0; at < 4000; at++) used.put(make(at), packVector(vectorOf(at)));
    for (let at = 0; at < 3500; at++) used.remove(`acme/c${at}@1`);
    for (let at = 3500; at < 4000; at++) fresh.put(make(at), packVector(vectorOf(at)));
    for (let at = 4000; at < 4100; at++) {
      used.put(make(at), packVector(vectorOf(at)));
      fresh.put(make(at), packVector(vectorOf(at)));
    }
    expect(used.size).toBe(600);
    for (const task of ["summarization", undefined]) {
      for (const at of [3501, 3777, 4050]) {
        const request = { text: make(at).title, vector: vectorOf(at), task, k: 20 };
        expect(used.shortlist(request)).toEqual(fresh.shortlist(request));
      }
    }
  });
});

/** By the first letters; counts what it is asked. */
function letterEmbedder(): Embedder & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    space: "letters",
    asked,
    embed: (texts) => {
      asked.push(...texts);
      return Promise.resolve(
        texts.map((text) => {
          const counts = Array.from({ length: 26 }, () => 0.01);
          for (const letter of text.toLowerCase()) {
            const at = letter.charCodeAt(0) - 97;
            if (at >= 0 && at < 26) counts[at] = (counts[at] ?? 0) + 1;
          }
          const length = Math.hypot(...counts);
          return counts.map((count) => count / length);
        }),
      );
    },
  };
}

describe("the index of a process", () => {
  const errors: unknown[] = [];
  const options = { dimensions: 26, onError: (error: unknown) => void errors.push(error) };
  const many = Array.from({ length: 700 }, (_, at) => cardOf(`c${at}`, { title: `card number ${at}` }));
  const putAll = (shortlist: CardShortlist, ...cards: readonly ExpertCard[]) => {
    for (const card of cards) shortlist.put(card);
  };

  it("embeds each card once, also over a restart", async () => {
    const file = join(folder, "cards", "vectors");
    const first = letterEmbedder();
    const before = await CardShortlist.open({ ...options, embedder: first, file });
    putAll(before, legal, news, ...many);
    expect(before.missing).toBe(702);
    await before.embedded();
    expect(before.missing).toBe(0);
    expect(first.asked).toHaveLength(702);
    putAll(before, legal, structuredClone(news));
    await before.embedded();
    expect(first.asked).toHaveLength(702);

    const second = letterEmbedder();
    const after = await CardShortlist.open({ ...options, embedder: second, file });
    putAll(after, legal, news, ...many, medical);
    expect(after.missing).toBe(1);
    await after.embedded();
    expect(second.asked).toHaveLength(1);
    expect(await after.search({ text: "legal contracts", task: "summarization" })).toMatchObject([
      { id: "acme/legal" },
      ...Array.from({ length: 49 }, () => ({})),
    ]);
    expect(errors).toEqual([]);
  });

  it("follows what is added, changed and removed", async () => {
    const shortlist = await CardShortlist.open(options);
    const names = async (text: string) => (await shortlist.search({ text })).map(({ id }) => id);
    putAll(shortlist, legal, news);
    expect(await names("court")).toEqual(["acme/legal"]);
    putAll(shortlist, { ...legal, description: "Sums up poems." }, medical);
    shortlist.remove(nameOf(news));
    expect([await names("court"), await names("poem"), await names("newspaper"), await names("doctor")]).toEqual([
      [],
      ["acme/legal"],
      [],
      ["acme/medical"],
    ]);
    expect(shortlist.missing).toBe(2);
  });

  it("finds by words where nothing can be embedded, and says so", async () => {
    const broken: Embedder = { space: "x", embed: () => Promise.reject(new Error("no model")) };
    const told: string[] = [];
    const shortlist = await CardShortlist.open({
      ...options,
      embedder: broken,
      onError: (_error, what) => told.push(what),
    });
    putAll(shortlist, legal, news);
    await shortlist.embedded();
    expect((await shortlist.search({ text: "court" }))[0]?.id).toBe("acme/legal");
    expect(told).toEqual(["embedding the cards of experts", "embedding a request"]);
  });

  it("stops embedding when it is closed, and keeps what it has", async () => {
    const file = join(folder, "stopped", "vectors");
    const slow = letterEmbedder();
    const closing: { done?: Promise<void> } = {};
    const stopping: Embedder = {
      space: slow.space,
      embed: (texts) => {
        if (slow.asked.length >= 64) closing.done = shortlist.close();
        return slow.embed(texts);
      },
    };
    const shortlist = await CardShortlist.open({ ...options, embedder: stopping, file });
    putAll(shortlist, ...many);
    await shortlist.embedded();
    await closing.done;
    expect(shortlist.missing).toBe(700 - slow.asked.length);
    expect(slow.asked.length).toBeLessThan(200);
    const after = await CardShortlist.open({ ...options, embedder: letterEmbedder(), file });
    putAll(after, ...many);
    expect(after.missing).toBe(shortlist.missing);
    await after.close();
  });
});
