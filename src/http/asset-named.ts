import type { Asset } from "../assets/asset.ts";
import { TuttiError } from "../errors.ts";
import { assetIdSchema } from "../run/value.ts";
import type { Context } from "./context.ts";

/** @throws TuttiError `unknown-asset`, also for what can't be an id */
export async function assetNamed({ tutti }: Context, tenant: string, id: string): Promise<Asset> {
  if (!assetIdSchema.safeParse(id).success) {
    throw new TuttiError(
      "unknown-asset",
      "There is no such asset: an id is 64 hex digits, as POST /v1/assets gives it.",
    );
  }
  return tutti.asset(tenant, id);
}
