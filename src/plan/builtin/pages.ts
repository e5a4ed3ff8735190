/** Which files hold words: recordings of speech, and pictures of receipts, letters and signs. */
import { isAssetType, type ValueType } from "../../run/value.ts";
import type { Catalogue } from "./catalogue.ts";
import { findConversions, type Conversion } from "./close-gaps.ts";
import { takesQuestions } from "./traits.ts";

/**
 * Whether a file that is called by these words holds words that a question about it may be answered from. By what the
 * catalogue says of it: "receipt" leads to another reading than that which any picture gets; and where nobody takes
 * questions about files of the type themselves, the words in them are all there is to ask.
 */
export function holdsWords(type: ValueType, names: ReadonlySet<string>, catalogue: Catalogue): boolean {
  if (typeof type !== "string" || !isAssetType(type)) return false;
  const plain = firstReading(type, new Set(), catalogue);
  if (!plain) return false;
  const asked = catalogue.profiles.some(
    (profile) => takesQuestions(profile) && profile.inputs.some(([, input]) => input.type === type),
  );
  return !asked || firstReading(type, names, catalogue)?.profile !== plain.profile;
}

const firstReading = (from: ValueType, hints: ReadonlySet<string>, catalogue: Catalogue): Conversion | undefined =>
  findConversions({ from, to: "text", hints, making: false, done: new Set() }, catalogue)?.[0];
