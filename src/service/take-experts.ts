/** Brings what is registered from one source in line with what the source says. */
import { isDeepStrictEqual } from "node:util";
import { asTuttiError } from "../errors.ts";
import { nameOf } from "../registry/expert-name.ts";
import type { Registration } from "../registry/registration.ts";
import type { Tutti } from "../tutti.ts";

export interface TakerOptions {
  readonly experts: Pick<Tutti, "experts" | "registerExpert" | "removeExpert">;
  readonly logger: { error(details: object, message: string): void };
}

export interface Taker {
  /** Registers what is new or other, and removes what is not wanted any more. @returns whether all was taken */
  takeAll(source: string, wanted: readonly Registration[]): Promise<boolean>;
  /** Removes what came from sources that are no more. */
  removeFrom(isGone: (source: string) => boolean): Promise<void>;
}

export function createTaker({ experts, logger }: TakerOptions): Taker {
  async function take(registration: Registration, source: string): Promise<boolean> {
    const known = (await experts.experts()).find(({ card }) => nameOf(card) === nameOf(registration))?.record;
    const isThere = known?.source === source && known.state !== "checking";
    if (isThere && isDeepStrictEqual(known.registration, registration)) return true;
    try {
      await experts.registerExpert(registration, { source, replace: true });
      return true;
    } catch (error) {
      logger.error({ expert: nameOf(registration), source }, asTuttiError(error).message);
      return false;
    }
  }

  async function removeWhere(goes: (expert: string, source: string) => boolean): Promise<void> {
    for (const { card, record } of await experts.experts()) {
      const source = record?.source;
      if (source !== undefined && goes(nameOf(card), source)) await experts.removeExpert(nameOf(card), { source });
    }
  }

  return {
    async takeAll(source, wanted) {
      let all = true;
      for (const registration of wanted) all = (await take(registration, source)) && all;
      const names = new Set(wanted.map(nameOf));
      await removeWhere((expert, itsSource) => itsSource === source && !names.has(expert));
      return all;
    },
    removeFrom: (isGone) => removeWhere((_, source) => isGone(source)),
  };
}
