import { TuttiError } from "../../src/errors.ts";

/** The fault with which it ends. Anything but a TuttiError, and no fault at all, fails the test. */
export async function faultOf(work: () => unknown): Promise<TuttiError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof TuttiError) return error;
    throw error;
  }
  throw new Error("there was no fault");
}
