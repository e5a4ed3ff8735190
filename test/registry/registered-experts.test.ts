/** Does a registry that changes while runs go on offer what is in use, and still know what a run began with? */
import { describe, expect, it } from "vitest";
import type { ExpertState } from "../../src/ports/expert-store.ts";
import type { RegisteredExpert } from "../../src/registry/expert-entry.ts";
import { registrationSchema } from "../../src/registry/registration.ts";
import { Registry } from "../../src/registry/registry.ts";
import { listTask, scriptedCard, textTask } from "../fakes/scripted-experts.ts";

const builtin = { card: scriptedCard("builtin/loud", textTask) };
const open = () => new Registry([textTask, listTask], [builtin]);

interface Given {
  readonly version?: string;
  readonly state?: ExpertState;
  readonly share?: number;
  readonly task?: typeof textTask | { readonly id: string };
  readonly changedAt?: number;
}

let revisions = 0;

function registered(id: string, { version = "1", state = "verified", share, task, changedAt = 0 }: Given = {}) {
  revisions += 1;
  const spec = { ...textTask, ...task };
  const registration = registrationSchema.parse({ id, version, task: spec.id, title: id, provider: "http", share });
  const card = { ...scriptedCard(id, spec), version };
  const record = { revision: revisions, registration, state, source: "api", createdAt: Number(version), changedAt };
  return { card, task: spec, record } satisfies RegisteredExpert;
}

const offered = (registry: Registry, task = textTask.id): string[] =>
  registry.expertsFor(task).map(({ id, version }) => `${id}@${version}`);

describe("a registry to which experts come and go", () => {
  it("offers a new one at once, and not any more once it is removed", () => {
    const registry = open();
    registry.apply([registered("acme/x")]);
    expect(offered(registry)).toEqual(["builtin/loud@1.0.0", "acme/x@1"]);
    registry.apply([registered("acme/x", { state: "removed" })]);
    expect(offered(registry)).toEqual(["builtin/loud@1.0.0"]);
  });

  it("offers one that is being tried to nobody but whoever names it with its version", () => {
    const registry = open();
    registry.apply([registered("acme/x"), registered("acme/x", { version: "2", state: "checking" })]);
    expect(offered(registry)).toContain("acme/x@1");
    expect(offered(registry)).not.toContain("acme/x@2");
    expect(registry.expert("acme/x").version).toBe("1");
    expect(registry.expert("acme/x@2").version).toBe("2");
    registry.apply([registered("acme/y", { state: "checking" })]);
    expect(() => registry.expert("acme/y")).toThrow("there is no expert acme/y");
  });

  it("gives all calls to a new version, or both of them where it takes a share", () => {
    const registry = open();
    registry.apply([registered("acme/x"), registered("acme/x", { version: "2" })]);
    expect(offered(registry)).toEqual(["builtin/loud@1.0.0", "acme/x@2"]);
    registry.apply([registered("acme/x", { version: "3", share: 0.1 })]);
    expect(offered(registry)).toEqual(["builtin/loud@1.0.0", "acme/x@3", "acme/x@2"]);
  });

  it("is not taken back to an old version by a trial of it", () => {
    const registry = open();
    registry.apply([registered("acme/x"), registered("acme/x", { version: "2" })]);
    registry.apply([registered("acme/x", { state: "unverified" })]);
    expect(offered(registry)).toEqual(["builtin/loud@1.0.0", "acme/x@2"]);
  });

  it("begins anew where the store has lost something, with what is built in", () => {
    const registry = open();
    registry.apply([registered("acme/x")], 7);
    registry.reset();
    expect(registry.revision).toBe(0);
    expect(offered(registry)).toEqual(["builtin/loud@1.0.0"]);
  });

  it("keeps what is running on the version that it began with", () => {
    const registry = open();
    registry.apply([registered("acme/x"), registered("acme/x", { version: "2" })]);
    registry.apply([registered("acme/x", { state: "removed", changedAt: 5 })]);
    expect(registry.find({ id: "acme/x", version: "1" })?.card.version).toBe("1");
    registry.forget(5);
    expect(registry.find({ id: "acme/x", version: "1" })).toBeDefined();
    registry.forget(6);
    expect(registry.find({ id: "acme/x", version: "1" })).toBeUndefined();
    expect(offered(registry)).toEqual(["builtin/loud@1.0.0", "acme/x@2"]);
  });

  it("brings a task with its expert, and takes it away with the last one, but not from what runs", () => {
    const registry = open();
    const receipts = { ...textTask, id: "receipt-reading" };
    registry.apply([registered("acme/r", { task: receipts })]);
    expect(registry.tasks.map(({ id }) => id)).toEqual([textTask.id, listTask.id, "receipt-reading"]);
    expect(registry.task("receipt-reading")?.unavailable).toBeUndefined();
    registry.apply([registered("acme/r", { task: receipts, state: "removed" })]);
    expect(registry.tasks.map(({ id }) => id)).toEqual([textTask.id, listTask.id]);
    expect(registry.task("receipt-reading")).toMatchObject({
      id: "receipt-reading",
      unavailable: expect.any(String) as string,
    });
  });

  it("does not let a registration change a task that is built in", () => {
    const registry = open();
    registry.apply([registered("acme/x", { task: { ...textTask, description: "Something else." } })]);
    expect(registry.task(textTask.id)?.description).toBe(textTask.description);
  });

  it("gives the same catalogue until something changes, and another name afterwards", () => {
    const registry = open();
    const { tasks, hash } = registry;
    expect(registry.tasks).toBe(tasks);
    registry.apply([], 9);
    expect(registry.tasks).toBe(tasks);
    expect(registry.revision).toBe(9);
    registry.apply([registered("acme/x")]);
    const changed = registry.hash;
    expect(changed).not.toBe(hash);
    registry.apply([registered("acme/y")]);
    registry.apply([registered("acme/y", { state: "removed" })]);
    expect(registry.hash).toBe(changed);
    registry.reset();
    expect(registry.hash).toBe(hash);
    expect(registry.tasks).toEqual(tasks);
  });

  it("gives, of very many, those that fit the words and those that are said to be best", async () => {
    const registry = open();
    const many = Array.from({ length: 300 }, (_, index) => registered(`acme/x${index}`));
    const special = {
      ...registered("acme/lawyer"),
      card: {
        ...many[0]?.card,
        ...scriptedCard("acme/lawyer", textTask),
        version: "1",
        title: "Contracts of Norwegian fishermen",
      },
    };
    registry.apply([...many, special]);
    const found = await registry.candidates(textTask.id, "shout a contract of Norwegian fishermen");
    expect(registry.isCrowded(textTask.id)).toBe(true);
    expect(found.length).toBeLessThanOrEqual(51);
    expect(found.map(({ id }) => id)).toContain("acme/lawyer");
    expect(registry.expertsFor(textTask.id)).toHaveLength(302);
    registry.apply([{ ...special, record: { ...special.record, state: "removed" } }]);
    const rest = await registry.candidates(textTask.id, "Norwegian fishermen");
    expect(rest.map(({ id }) => id)).not.toContain("acme/lawyer");
  });
});
