import { assetNamed } from "../asset-named.ts";
import { viewAsset } from "../asset-view.ts";
import type { RouteFactory } from "../route.ts";
import { assetInfoSchema } from "../schemas-catalogue.ts";
import { assetParamsSchema } from "../schemas-request.ts";
import { readWith } from "../zod-faults.ts";

export const getAssetInfoRoute: RouteFactory = (context) => ({
  method: "get",
  path: "/v1/assets/:id/info",
  operation: {
    id: "describeAsset",
    tag: "assets",
    summary: "What an asset is and where it came from",
    params: assetParamsSchema,
    responses: { 200: { description: "Its description", content: { "application/json": assetInfoSchema } } },
    problems: ["unknown-asset"],
    example: 'curl "$TUTTI/v1/assets/$ASSET/info"',
  },
  async handle(request, response) {
    const { id } = readWith(assetParamsSchema, request.params);
    const asset = await assetNamed(context, response.locals.tenant, id);
    response.json(viewAsset(context, { asset, name: asset.name }));
  },
});
