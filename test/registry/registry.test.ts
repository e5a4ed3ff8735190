/** Does the registry ever offer somebody who can't, or leave out why? */
import { describe, expect, it } from "vitest";
import { Registry, type ExpertEntry } from "../../src/registry/registry.ts";
import { verifies } from "../e2e/requirements.ts";
import { listTask, scriptedCard, textTask } from "../fakes/scripted-experts.ts";

const able: ExpertEntry = { card: scriptedCard("a/able", textTask) };
const also: ExpertEntry = { card: scriptedCard("b/also", textTask) };
const unable: ExpertEntry = {
  card: scriptedCard("c/unable", textTask),
  unavailable: "needs the command sox. apt install sox",
};

describe("a registry", () => {
  it("knows who can do a task, and only those", () => {
    const registry = new Registry([textTask, listTask], [able, unable, also]);
    expect(registry.expertsFor("shout")).toEqual([able.card, also.card]);
    expect(registry.expertsFor("split")).toEqual([]);
    expect(registry.expertsFor("nothing")).toEqual([]);
    expect(registry.expertsFor("constructor")).toEqual([]);
    expect(registry.experts).toEqual([able, unable, also]);
  });

  it(verifies("experts:unavailable"), () => {
    const registry = new Registry([textTask, listTask], [unable]);
    expect(registry.task("shout")?.unavailable).toBe("c/unable: needs the command sox. apt install sox");
    expect(registry.task("split")?.unavailable).toBe("no expert for split is registered");
    expect(() => registry.expert("c/unable")).toThrow("needs the command sox. apt install sox");
    expect(() => registry.expert("x/nobody")).toThrow("there is no expert x/nobody");
  });

  it("calls a task able as soon as one expert is", () => {
    const registry = new Registry([textTask], [unable, able]);
    expect(registry.task("shout")?.unavailable).toBeUndefined();
    expect(registry.expert("a/able")).toBe(able.card);
    expect(registry.task("split")).toBeUndefined();
  });

  it("tells of all that could be had where nobody can", () => {
    const other = { card: scriptedCard("d/other", textTask), unavailable: "needs the package x" };
    expect(new Registry([textTask], [unable, other]).task("shout")?.unavailable).toBe(
      "c/unable: needs the command sox. apt install sox; d/other: needs the package x",
    );
  });

  it("has a name that changes with what it holds, and with nothing else", () => {
    const hash = new Registry([textTask], [able]).hash;
    expect(new Registry([structuredClone(textTask)], [structuredClone(able)]).hash).toBe(hash);
    const others = [
      new Registry([textTask, listTask], [able]),
      new Registry([{ ...textTask, description: "Other." }], [able]),
      new Registry([textTask], [{ ...able, unavailable: "gone" }]),
      new Registry([textTask], [{ card: { ...able.card, version: "1.0.1" } }]),
    ];
    expect(new Set([hash, ...others.map((registry) => registry.hash)]).size).toBe(5);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
  });
});
