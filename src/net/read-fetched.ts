/** Whole bodies, within the limit of the fetch. */
import { TuttiError } from "../errors.ts";
import type { Fetched } from "./guarded-fetch.ts";

/** @throws what the body throws */
export async function readBytes({ body }: Fetched): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** As UTF-8, whatever it says it is; a byte order mark is left out. @throws what the body throws */
export async function readText(fetched: Fetched): Promise<string> {
  return new TextDecoder().decode(await readBytes(fetched));
}

/** @throws TuttiError `fetch-failed` for what is not JSON, and what the body throws */
export async function readJson(fetched: Fetched): Promise<unknown> {
  const text = await readText(fetched);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TuttiError("fetch-failed", `${new URL(fetched.url).host} answers with something that is not JSON`, {
      cause: error,
    });
  }
}
