/** Finds a file in a Python package index: the "simple" interface of PEP 503 (HTML) and PEP 691 (JSON). */
import { z } from "zod";
import { type Deadlines, download } from "./download.ts";
import { SourceFault } from "./source-fault.ts";

const listSchema = z.object({ files: z.array(z.object({ filename: z.string(), url: z.string() })) });
/** A project's list of files is some kilobytes; of more, something else is wrong. */
const MAX_LIST = 8 * 2 ** 20;

interface Lookup {
  /** The index's URL, as pip is given it. */
  readonly index: string;
  readonly package: string;
  readonly archive: string;
  readonly deadlines: Deadlines;
  readonly signal: AbortSignal;
}

/** The URL of an archive. @throws SourceFault where the index does not list it */
export async function findArchive({ index, package: name, archive, deadlines, signal }: Lookup): Promise<string> {
  // PEP 503: the normalised name.
  const page = `${index.replace(/\/+$/, "")}/${name.toLowerCase().replaceAll(/[-_.]+/g, "-")}/`;
  const accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.5";
  const { chunks } = await download(page, { accept, deadlines, signal });
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.byteLength;
    if (length > MAX_LIST) throw new SourceFault(`the index's list of ${name} is too long`);
    parts.push(chunk);
  }
  const url = urlIn(Buffer.concat(parts).toString("utf8"), archive);
  if (url === undefined) throw new SourceFault(`the index does not list ${archive}`);
  const found = new URL(url, page);
  const base = new URL(page);
  // As pip does: an index that wants credentials wants them for its files, too.
  if (found.origin === base.origin) ({ username: found.username, password: found.password } = base);
  return found.href;
}

function urlIn(list: string, archive: string): string | undefined {
  if (!list.trimStart().startsWith("{")) {
    const links = list.matchAll(/<a\s[^>]*href="([^"]+)"[^>]*>([^<]*)<\/a>/gi);
    return [...links].find(([, , text]) => text?.trim() === archive)?.[1]?.replaceAll("&amp;", "&");
  }
  let content: unknown;
  try {
    content = JSON.parse(list);
  } catch {
    return undefined;
  }
  return listSchema.safeParse(content).data?.files.find(({ filename }) => filename === archive)?.url;
}
