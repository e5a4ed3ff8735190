import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import type { Asset } from "../../assets/asset.ts";
import { assetNamed } from "../asset-named.ts";
import { contentDisposition } from "../file-name.ts";
import { sendProblem } from "../problem.ts";
import { hasAlready, requestedRange } from "../range.ts";
import type { RouteFactory } from "../route.ts";
import { assetParamsSchema, rangeHeadersSchema } from "../schemas-request.ts";
import { readWith } from "../zod-faults.ts";

/** What a browser may show by itself. Whatever can hold markup or a script is for saving only. */
const inlineTypes = /^(?:image\/(?:png|jpeg|webp|gif)|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain)$/;

export const getAssetRoute: RouteFactory = (context) => ({
  method: "get",
  path: "/v1/assets/:id",
  operation: {
    id: "getAsset",
    tag: "assets",
    summary: "Fetch the bytes of an asset",
    params: assetParamsSchema,
    headers: rangeHeadersSchema,
    responses: {
      200: {
        description: "The bytes",
        content: { "*/*": "bytes" },
        headers: { ETag: "The id", "Accept-Ranges": "bytes", "Content-Disposition": "With the file's name" },
      },
      206: {
        description: "The part that `Range` asked for",
        content: { "*/*": "bytes" },
        headers: { "Content-Range": "Which" },
      },
      304: { description: "Not changed; it never is" },
    },
    problems: ["invalid-request", "unknown-asset", "range-not-satisfiable"],
    example: 'curl -OJ "$TUTTI/v1/assets/$ASSET"',
  },
  async handle(request, response) {
    const { id } = readWith(assetParamsSchema, request.params);
    readWith(rangeHeadersSchema, request.headers);
    const { tenant } = response.locals;
    const asset = await assetNamed(context, tenant, id);
    describe(response, asset);
    if (hasAlready(request, etagOf(asset))) {
      response.status(304).end();
      return;
    }

    const range = requestedRange(request, asset.bytes, etagOf(asset));
    if (range === "outside") {
      response.set("Content-Range", `bytes */${asset.bytes}`);
      const detail = `The asset has ${asset.bytes} bytes, the first of them is 0.`;
      sendProblem(context, response, { code: "range-not-satisfiable", detail });
      return;
    }
    if (range) response.status(206).set("Content-Range", `bytes ${range.start}-${range.end}/${asset.bytes}`);
    response.set("Content-Length", String(range ? range.end - range.start + 1 : asset.bytes));
    if (request.method === "HEAD") response.end();
    else await send(await context.tutti.readAsset(tenant, id, range), response);
  },
});

function etagOf({ id }: Asset): string {
  return `"${id}"`;
}

function describe(response: Response, asset: Asset): void {
  const kind = inlineTypes.test(asset.mediaType) ? "inline" : "attachment";
  response.set({
    "Content-Type": asset.mediaType,
    "Content-Disposition": contentDisposition(kind, asset.name),
    "Accept-Ranges": "bytes",
    ETag: etagOf(asset),
    "Cache-Control": "private, max-age=31536000, immutable",
    // Even what is shown must not act: it came from somebody, or from a model.
    "Content-Security-Policy":
      "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'",
  });
}

/** A client that goes away in the middle is nothing to report. */
async function send(bytes: Readable, response: Response): Promise<void> {
  try {
    await pipeline(bytes, response);
  } catch (error) {
    const left = error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
    if (!left) throw error;
  }
}
