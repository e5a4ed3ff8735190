/** What the contract suites share: named skips, resources that are closed, and waiting for a condition. */
import { expect, it } from "vitest";

/** Tests that an adapter cannot pass, and why: a gap is said, never silent. */
export interface ContractSkip {
  readonly reason: string;
  readonly tests: readonly string[];
}

/** Something opened for one test. */
export interface Closable {
  close(): Promise<void>;
}

const TEST_TIMEOUT_MS = 60_000;

interface ContractTests<Harness> {
  /** Declares a test; it gets a harness of its own, which is closed afterwards. */
  readonly check: (name: string, run: (harness: Harness) => Promise<void>, open?: () => Promise<Harness>) => void;
  /** To be called last: declares a test that fails where a skip names no test. */
  readonly verifySkips: () => void;
}

export function contractTests<Harness extends Closable>(
  openDefault: () => Promise<Harness>,
  skip: readonly ContractSkip[] = [],
): ContractTests<Harness> {
  const names = new Set<string>();
  return {
    check(name, run, open = openDefault) {
      names.add(name);
      const skipped = skip.find(({ tests }) => tests.includes(name));
      // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the suites that call this bring both
      it(name, { timeout: TEST_TIMEOUT_MS }, async (context) => {
        if (skipped) context.skip(skipped.reason);
        const harness = await open();
        try {
          await run(harness);
        } finally {
          await harness.close();
        }
      });
    },
    verifySkips() {
      it("skips only tests that exist", () => {
        expect(skip.flatMap(({ tests }) => tests).filter((name) => !names.has(name))).toEqual([]);
      });
    },
  };
}

/** Waits until the condition holds; the test's own timeout is the only limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(2);
}

export async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** What the promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("it was expected to reject"),
    (error: unknown) => error,
  );
}
