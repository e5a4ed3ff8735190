/** Reads a multipart form: text fields into a record, files straight into the asset store. */
import { callbackify } from "node:util";
import type { Request, Response } from "express";
import multer, { type StorageEngine } from "multer";
import { TuttiError } from "../errors.ts";
import type { Context } from "./context.ts";
import { plainName } from "./file-name.ts";
import { runMiddleware } from "./run-middleware.ts";
import { detached, storeUpload, type NamedAsset } from "./upload.ts";

const limits = { files: 64, fields: 16, parts: 80, fieldSize: 1024 * 1024, fieldNameSize: 100, headerPairs: 100 };

export interface Form {
  readonly fields: unknown;
  /** In the order in which they came. */
  readonly files: readonly NamedAsset[];
}

/**
 * Any number of fields and up to 64 files, under any names.
 * @throws TuttiError `invalid-request` for a broken form, `too-large`, `unsupported-media`
 */
export async function readForm(context: Context, request: Request, response: Response): Promise<Form> {
  const uploads: Promise<NamedAsset>[] = [];
  const storage: StorageEngine = {
    _handleFile(_request, file, callback) {
      const { originalname, stream } = file;
      const upload = storeUpload(context, {
        tenant: response.locals.tenant,
        bytes: detached(stream),
        name: plainName(originalname),
      });
      uploads.push(upload);
      callbackify(() => upload)((error) => callback(error, {}));
    },
    // What was stored before a later part broke stays: it is an asset like any other.
    _removeFile(_request, _file, callback) {
      callback(null);
    },
  };
  try {
    await runMiddleware(multer({ storage, limits, defParamCharset: "utf8" }).any(), request, response);
  } catch (error) {
    throw asFormError(error);
  }
  return { fields: request.body, files: await Promise.all(uploads) };
}

/** Our own faults come from the uploads; the rest is the form parser's, which has no class for most of its own. */
function asFormError(error: unknown): TuttiError {
  if (error instanceof TuttiError) return error;
  if (!(error instanceof multer.MulterError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new TuttiError("invalid-request", `The form can't be read: ${message}`, { cause: error });
  }
  const field = error.field === undefined ? "" : ` (field \`${error.field}\`)`;
  if (!error.code.startsWith("LIMIT_") || error.code === "LIMIT_UNEXPECTED_FILE") {
    return new TuttiError("invalid-request", `The form can't be read: ${error.message}${field}`);
  }
  const most = `at most ${limits.files} files and ${limits.fields} fields of ${limits.fieldSize} bytes`;
  return new TuttiError("too-large", `${error.message}${field}. A form may hold ${most}; send what is large as files.`);
}
