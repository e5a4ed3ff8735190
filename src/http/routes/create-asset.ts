import type { Request, Response } from "express";
import { TuttiError } from "../../errors.ts";
import { viewAsset } from "../asset-view.ts";
import type { Context } from "../context.ts";
import { uploadName } from "../file-name.ts";
import { readForm } from "../read-form.ts";
import { z } from "zod";
import type { RouteFactory } from "../route.ts";
import { assetInfoSchema, assetListSchema } from "../schemas-catalogue.ts";
import { uploadHeadersSchema } from "../schemas-request.ts";
import { detached, storeUpload, type NamedAsset } from "../upload.ts";
import { readWith } from "../zod-faults.ts";

export const createAssetRoute: RouteFactory = (context) => ({
  method: "post",
  path: "/v1/assets",
  operation: {
    id: "createAsset",
    tag: "assets",
    summary: "Upload files",
    description:
      "The bytes of one file as they are, or a form with one or more files. What a file is, its bytes tell; its Content-Type is not relied upon. The same bytes have the same id.",
    headers: uploadHeadersSchema,
    body: {
      description: "The file or files",
      required: true,
      content: { "*/*": "bytes", "multipart/form-data": { fields: z.object({}), files: "Files under any name" } },
    },
    responses: {
      201: {
        description: "One file: its description. Several: a list of them",
        content: { "application/json": z.union([assetInfoSchema, assetListSchema]) },
        headers: { Location: "The bytes, where it was one file" },
      },
    },
    problems: ["invalid-request", "cross-site", "too-large", "unsupported-media"],
    example: 'curl "$TUTTI/v1/assets" -F file=@photo.jpg',
  },
  async handle(request, response) {
    const assets = (await receive(context, request, response)).map((file) => viewAsset(context, file));
    const [only, ...others] = assets;
    if (!only) throw new TuttiError("invalid-request", "The form holds no file.");
    response.status(201);
    if (others.length > 0) response.json({ assets });
    else response.location(only.url).json(only);
  },
});

async function receive(context: Context, request: Request, response: Response): Promise<readonly NamedAsset[]> {
  if (request.is("multipart/form-data")) return (await readForm(context, request, response)).files;
  readWith(uploadHeadersSchema, request.headers);
  const name = uploadName(request.headers);
  return [await storeUpload(context, { tenant: response.locals.tenant, bytes: detached(request), name })];
}
