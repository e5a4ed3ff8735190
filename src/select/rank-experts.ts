/** Orders experts where nothing is measured: by what is said of them. */
import type { Selector } from "../ports/selector.ts";
import { createMeritSelector, type Merits } from "./merit-selector.ts";

const nothingKnown: Merits = { of: () => undefined, follow: () => {}, takeTrial: () => false };

export const rankedSelector: Selector = createMeritSelector({ merits: nothingKnown, now: () => 0, exploring: 0 });
