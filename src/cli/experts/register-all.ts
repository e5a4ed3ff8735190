/** Registers many experts with a running server, some at once. */
import { TuttiError } from "../../errors.ts";
import type { Registration } from "../../registry/registration.ts";
import { paintFor } from "../paint.ts";
import type { RunningServer } from "./running-server.ts";

/** Requests at a time: more would only wait for each other in the server. */
const AT_ONCE = 4;
/** Beyond that, only how many is said. */
const TOLD = 20;

export interface Registered {
  readonly registered: number;
  /** There already, of the same version. */
  readonly known: number;
  readonly failed: number;
}

/** @throws TuttiError where no server answers, or it does not let us */
export async function registerAll(
  server: Pick<RunningServer, "register">,
  registrations: readonly Registration[],
  options: { readonly replace: boolean; readonly unverified: boolean; readonly trial?: boolean },
): Promise<Registered> {
  let [registered, known, failed] = [0, 0, 0];
  const { good, bad, dim } = paintFor(process.stdout);
  const isTold = registrations.length <= TOLD;
  const waiting = registrations.values();

  async function work(): Promise<void> {
    for (const registration of waiting) {
      const { id, version } = registration;
      try {
        const view = await server.register(registration, options);
        registered += 1;
        const state = view.registered?.state ?? "";
        if (isTold) console.log(`${id}@${version} ${state === "verified" ? good(state) : bad(state)}`);
      } catch (error) {
        if (!(error instanceof TuttiError) || error.code === "unavailable") throw error;
        if (error.code === "expert-exists") known += 1;
        else {
          failed += 1;
          if (failed <= TOLD) console.error(`${id}: ${error.message}`);
        }
      }
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const counts = [`${registered} registered`, known > 0 && `${known} there already`, failed > 0 && `${failed} failed`];
  console.log(dim(counts.filter((part) => part !== false).join(", ")));
  return { registered, known, failed };
}
