/** Names a set by what is in it, in whatever order it came, and without looking at the rest when one comes or goes. */
import { createHash } from "node:crypto";

const BYTES = 8;

export class SetName {
  #sum = 0n;

  /** @param member one that is not in the set; of JSON values, in the order of their keys */
  add(member: unknown): void {
    this.#sum = BigInt.asUintN(BYTES * 8, this.#sum + numberOf(member));
  }

  /** @param member one that is in the set */
  remove(member: unknown): void {
    this.#sum = BigInt.asUintN(BYTES * 8, this.#sum - numberOf(member));
  }

  /** Sixteen hexadecimal digits. */
  get hash(): string {
    return this.#sum.toString(16).padStart(BYTES * 2, "0");
  }
}

function numberOf(member: unknown): bigint {
  return createHash("sha256").update(JSON.stringify(member)).digest().readBigUInt64LE();
}
