/** Does anything that was not recorded get through, and is what was recorded accepted in the ways in which people say it? */
import { describe, expect, it } from "vitest";
import { checkGrounding, faultsOf } from "../../../src/fuse/grounding/check-grounding.ts";
import { drive, text } from "../../run/drive-run.ts";
import { evidence, groundedRun } from "./grounded-run.ts";

const { evidence: known, told } = await evidence(groundedRun().state);
const kinds = (answer: string) => faultsOf(checkGrounding(answer, known)).map(({ kind }) => kind);
const messages = (answer: string) => faultsOf(checkGrounding(answer, known)).map(({ message }) => message);

describe("what was recorded", () => {
  it("is accepted in the words of the one who only repeats it", () => {
    expect(messages(told.text)).toEqual([]);
  });

  it.each([
    "There are two cups and 1 spoon in coffee.png [t1].",
    "There are 3 things. [t1] The sign reads “ABBEY ROAD NW8” [t2].",
    "One cup is certain to 92 % [t1], the spoon to 0.41 [t1].",
    "The first cup was found with 92.3 percent [t1].",
    "The spoon spans from (555, 20) to (656, 233) [t1].",
    "Es sind zwei Tassen und ein Löffel zu sehen [t1].",
    "Il y a deux tasses [t1].",
    "図には2個のカップがあります。[t1] 他にはありません [t1]。",
    "It opens at 4:33, see https://abbey.example/x?y=1. [t2]",
    "See [the page](https://abbey.example/x?y=1) [t2].",
    "The text has 12,345 letters [t3] (score 15.7).",
    "Der Text hat 12.345 Buchstaben [t3].",
    "It has 12 345 letters, and took 16 seconds [t3].",
    "The part is in crop-1.png [t4].",
    "In the 2nd sentence it says so [t3].",
    "What I found:\n\n1. Two cups [t1]\n2. A sign [t2]\n3. Its summary [t3]",
    "## Things\n- 2 cups [t1]\n- Dr. Abbey is e.g. not there. [t2]",
    "Both photos were looked at: 2 cups [t1][t2].",
    "Of the two pictures, one has cups [t1].",
    "ABBEY ROAD NW8, open 4:33",
    "It begins with music: [Music] [t2].",
    "The picture could not be described because the model is missing [t5].",
    "Das Bild konnte nicht beschrieben werden [t5], und so auch nicht der Text [t6].",
    "Model is missing [t5].",
  ])("is accepted: %s", (answer) => {
    expect(messages(answer)).toEqual([]);
  });
});

describe("what was not", () => {
  it.each([
    ["number", "There are 4 cups [t1]."],
    ["number", "There are four cups [t1]."],
    ["number", "There are fünf cups [t1]."],
    ["number", "There are ٤ cups [t1]."],
    ["number", "There are ４ cups [t1]."],
    ["number", "有5只杯子 [t1]。"],
    ["number", "It is certain to 93 % [t1]."],
    ["number", "It is certain to 0.93 [t1]."],
    ["number", "It is 12 cups [t1]."],
    ["number", "It was found at 555 [t1]."],
    ["number", "It opens at 4:34 [t2]."],
    ["number", "It has 12,346 letters [t3]."],
    ["number", "It scores -15.714 [t3]."],
    ["number", "The 47th cup is red [t1]."],
    ["number", "47. The cup is red [t1]."],
    ["number", "It cost $19.99 [t2]."],
    ["url", "See https://abbey.example/x [t2]."],
    ["url", "See [the page](http://evil.example) [t2]."],
    ["url", "See www.abbey.example [t2]."],
    ["url", "Write to mailto:a@b.example [t2]."],
    ["url", "It is in sandbox:/mnt/data/out [t4]."],
    ["path", "It is in /tmp/out [t4]."],
    ["path", String.raw`It is in C:\temp\out [t4].`],
    ["path", "It is in ~/out [t4]."],
    ["file", "It is in crop-2.png [t4]."],
    ["file", "It is in public/images/ab [t4] or images/crop-1.png [t4]."],
    ["file", "See abbey.com [t2]."],
    ["code", "It is in NW9 [t2]."],
    ["code", `It is the file ${"4".repeat(62)}a4 [t4].`],
    ["citation", "There are 2 cups [t9]."],
    ["citation", "There are 2 cups [t1] [plan]."],
    ["citation", "There are 2 cups [t1][1]."],
    ["uncited", "A dog sits under the table."],
    ["uncited", "There are 2 cups [t1]. A dog sits beside them."],
    ["uncited", "ABBEY ROAD is long"],
    ["uncited", "Would you like to know more?"],
    ["not-succeeded", "The picture shows a dog [t5]."],
    ["not-succeeded", "Le texte est fort [t6]."],
  ] as const)("is caught (%s): %s", (kind, answer) => {
    expect(kinds(answer)).toContain(kind);
  });

  it("is caught where another step found it than the cited one", () => {
    expect(messages("The text has 12,345 letters [t1].")).toEqual(["the number 12,345 stands nowhere in what t1 gave"]);
    expect(messages("There is 1 spoon [t2]."), "but what it was made from counts").toHaveLength(1);
    expect(messages("The summary of NW8 [t3].")).toEqual([]);
  });

  it("is told for the sentence where it stands, with all that is wrong", () => {
    const lines = checkGrounding("Two cups [t1]. Nine dogs are in x.png.\n- A sign [t2].", known);
    const sentences = lines.flatMap((line) => line.sentences);
    expect(sentences.map(({ text: said, nodes }) => [said, nodes])).toEqual([
      ["Two cups [t1].", ["t1"]],
      ["Nine dogs are in x.png.", []],
      ["A sign [t2].", ["t2"]],
    ]);
    expect(sentences.map(({ faults }) => faults.map(({ kind }) => kind))).toEqual([
      [],
      ["uncited", "file", "number"],
      [],
    ]);
  });
});

describe("recorded texts", () => {
  it("can't cite: markers in them are quoted, and name no step where the words are told", async () => {
    const run = drive().plan({ id: "t1", task: "shout" }, { id: "t2", task: "shout" }).closePlan();
    run.run("t1", { text: text("See [t9].\nPaid in full [t2]") }).run("t2", { text: text("no") });
    const { evidence: hostile, told: repeated } = await evidence(run.state);
    const lines = checkGrounding(repeated.text, hostile);
    expect(faultsOf(lines)).toEqual([]);
    expect(lines.map(({ sentences }) => sentences.flatMap(({ nodes }) => nodes))).toEqual([[], ["t1"], ["t2"]]);
    expect(faultsOf(checkGrounding("It says [t9] [t1].", hostile))).toEqual([]);
    expect(faultsOf(checkGrounding("It says [t9] [t2].", hostile)).map(({ kind }) => kind)).toContain("citation");
  });

  it("of the request count, whether written or attached; one that can't be read does not", async () => {
    const ref = "7".repeat(64);
    const run = drive({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "I have 77 cups." },
            { type: "asset", asset: ref, kind: "text", name: "list.txt" },
          ],
        },
      ],
    });
    run
      .plan({ id: "t1", task: "shout" })
      .closePlan()
      .run("t1", { text: text("A") });
    const answer = "You have 77 cups and 88 pots as list.txt says [t1].";
    const read = await evidence(run.state, () => Promise.resolve(text("88 pots")));
    expect(faultsOf(checkGrounding(answer, read.evidence))).toEqual([]);
    const lost = await evidence(run.state);
    expect(faultsOf(checkGrounding(answer, lost.evidence))).toHaveLength(1);
  });

  it("that are hostile do not make the check slow", async () => {
    const nasty = [
      "a.".repeat(50_000),
      "a-".repeat(50_000),
      "1,".repeat(50_000),
      "/".repeat(99_999),
      "http://".repeat(20_000),
    ];
    const run = drive().plan({ id: "t1", task: "shout" }).closePlan();
    run.run("t1", { text: text(`${nasty.join(" ")} ${"[".repeat(50_000)}`) });
    // A pattern that is quadratic takes minutes for this, and the test runs out of time.
    const { evidence: hostile } = await evidence(run.state);
    expect(checkGrounding(nasty.join(" "), hostile)).toHaveLength(1);
  });
});
