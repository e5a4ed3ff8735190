/** A sceptic would say: somebody in the line is forgotten, or one that left is given room that nobody gives back. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RoomLine } from "../../workers/room-line.ts";
import { rejection } from "../contracts/contract.ts";
import { scriptedCard, textTask } from "../fakes/scripted-experts.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Rooms are given to experts by name. */
function open() {
  const free = new Set<string>();
  const line = new RoomLine<string>(({ id }) => (free.delete(id) ? id : undefined));
  const wait = (id: string, signal = new AbortController().signal): Promise<string> =>
    line.wait(scriptedCard(id, textTask), signal);
  const offer = (...ids: readonly string[]): void => {
    for (const id of ids) free.add(id);
    line.offer();
  };
  return { line, wait, offer, free };
}

describe("the line for memory", () => {
  it("lets in the first, and nobody before them", async () => {
    const { line, wait, offer, free } = open();
    const [a, b] = [wait("a/a"), wait("b/b")];
    offer("b/b");
    expect(free).toEqual(new Set(["b/b"]));
    offer("a/a");
    expect(await Promise.all([a, b])).toEqual(["a/a", "b/b"]);
    expect(line.isEmpty).toBe(true);
  });

  it("whoever leaves takes no room, and makes way for the next", async () => {
    const { line, wait, offer, free } = open();
    const controller = new AbortController();
    const first = wait("a/a", controller.signal);
    const second = wait("b/b");
    offer("b/b");
    controller.abort(new Error("not wanted"));
    free.add("a/a");
    line.offer();
    expect(await rejection(first)).toMatchObject({ message: "not wanted" });
    expect(await second).toBe("b/b");
    expect(free).toEqual(new Set(["a/a"]));
    expect(await rejection(wait("c/c", AbortSignal.abort(new Error("too late"))))).toMatchObject({
      message: "too late",
    });
    expect(line.isEmpty).toBe(true);
  });

  it("nobody waits longer than their time limit, or is overtaken for long", async () => {
    const { line, wait } = open();
    expect(line.mayBeOvertaken).toBe(true);
    const ended = rejection(wait("a/a"));
    expect(line.mayBeOvertaken).toBe(true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(line.mayBeOvertaken).toBe(false);
    await vi.advanceTimersByTimeAsync(9000);
    expect(await ended).toMatchObject({ code: "timeout", retryable: true });
    expect(line.isEmpty).toBe(true);
  });

  it("sends everybody away when it closes", async () => {
    const { line, wait } = open();
    const ends = [wait("a/a"), wait("b/b")].map(rejection);
    line.rejectAll(new Error("closing"));
    for (const error of await Promise.all(ends)) expect(error).toMatchObject({ message: "closing" });
    expect(line.isEmpty).toBe(true);
  });
});
