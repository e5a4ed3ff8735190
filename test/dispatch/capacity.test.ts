/** Does a slow expert fill the lane? */
import { expect, it } from "vitest";
import { Capacity } from "../../src/dispatch/capacity.ts";

it("lets as many through as the expert takes, and the next ones in order as places become free", () => {
  const capacity = new Capacity((id) => (id === "slow" ? 2 : 5));
  const went: string[] = [];
  for (const job of ["a", "b", "c", "d"]) capacity.enter("slow", job, () => went.push(job));
  capacity.enter("fast", "z", () => went.push("z"));
  expect(went).toEqual(["a", "b", "z"]);
  expect(capacity.isHeld("slow", "c")).toBe(true);

  capacity.leave("slow", "a");
  expect(went).toEqual(["a", "b", "z", "c"]);
  expect(capacity.isHeld("slow", "c")).toBe(false);
});

it("counts a job once, however often it is announced", () => {
  const capacity = new Capacity(() => 1);
  const went: string[] = [];
  const enter = (job: string): void => capacity.enter("x", job, () => went.push(job));
  enter("a");
  enter("a");
  enter("b");
  enter("b");
  capacity.leave("x", "a");
  capacity.leave("x", "a");
  expect(went).toEqual(["a", "b"]);
});

it("a job that leaves the line before its turn takes no place", () => {
  const capacity = new Capacity(() => 1);
  const went: string[] = [];
  for (const job of ["a", "b", "c"]) capacity.enter("x", job, () => went.push(job));
  capacity.leave("x", "b");
  capacity.leave("x", "a");
  expect(went).toEqual(["a", "c"]);
});

it("lets the more urgent in first, and among equals who came first", () => {
  const capacity = new Capacity(() => 1);
  const went: string[] = [];
  const enter = (job: string, order?: number): void => capacity.enter("x", job, () => went.push(job), order);
  enter("running", 9);
  enter("late", 50);
  enter("first", 5);
  enter("second", 5);
  enter("urgent", -1);
  for (const job of ["running", "urgent", "first", "second", "late"]) capacity.leave("x", job);
  expect(went).toEqual(["running", "urgent", "first", "second", "late"]);
});
