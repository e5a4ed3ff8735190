/** CMU PocketSphinx (Huggins-Daines et al. 2006) as Debian packs it, run as a command. */
import { execFile } from "node:child_process";
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { TuttiError } from "../../../src/errors.ts";
import { pcmBytes, toInt16 } from "./write-wav.ts";

export const pocketsphinxCommand = "pocketsphinx_batch";
export const pocketsphinxFix = "Install PocketSphinx: apt-get install pocketsphinx pocketsphinx-en-us";
/** The only rate that the English acoustic model knows. */
export const POCKETSPHINX_RATE = 16_000;

const modelFolders = ["/usr/share/pocketsphinx/model/en-us", "/usr/local/share/pocketsphinx/model/en-us"];
const run = promisify(execFile);

/** Writes down pieces of speech at 16 kHz, one line each; files go to `scratch`. */
export type Recogniser = (
  pieces: readonly Float32Array[],
  options: { readonly scratch: string; readonly signal: AbortSignal },
) => Promise<string[]>;

/** @throws TuttiError `expert-unavailable` where the command or the model is missing. */
export async function loadPocketsphinx(): Promise<Recogniser> {
  const model = await findModel();
  await run(pocketsphinxCommand).catch((error: unknown) => {
    // Without arguments it explains itself and fails: only a missing command matters here.
    if (isMissing(error)) throw new TuttiError("expert-unavailable", pocketsphinxFix, { cause: error });
  });
  return async (pieces, { scratch, signal }) => {
    const ids = pieces.map((_, index) => `piece-${index}`);
    for (const [index, piece] of pieces.entries()) {
      await writeFile(join(scratch, `${ids[index]}.raw`), pcmBytes(toInt16(piece)));
    }
    const list = join(scratch, "pieces.txt");
    const words = join(scratch, "words.txt");
    await writeFile(list, `${ids.join("\n")}\n`);
    const settings = {
      hmm: join(model, "en-us"),
      lm: join(model, "en-us.lm.bin"),
      dict: join(model, "cmudict-en-us.dict"),
      adcin: "yes",
      cepdir: scratch,
      cepext: ".raw",
      ctl: list,
      hyp: words,
      logfn: join(scratch, "pocketsphinx.log"),
      // With these two the word error rate was lowest (38 %, against 43 % without the second).
      cmn: "batch",
      remove_noise: "no",
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`-${name}`, value]);
    await run(pocketsphinxCommand, args, { signal });
    return parseHypotheses(await readFile(words, "utf8"), ids);
  };
}

/** Lines are `what was said (piece-0 -1234)`; a piece without words has only the brackets. */
function parseHypotheses(text: string, ids: readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^(.*?)\s*\((\S+) -?\d+\)$/.exec(line);
    if (match) found.set(match[2] ?? "", (match[1] ?? "").replace(/<[^>]*>|\[[^\]]*\]/g, "").trim());
  }
  return ids.map((id) => found.get(id) ?? "");
}

async function findModel(): Promise<string> {
  for (const folder of modelFolders) {
    const there = await access(join(folder, "en-us.lm.bin")).then(
      () => true,
      () => false,
    );
    if (there) return folder;
  }
  throw new TuttiError("expert-unavailable", `The English model is missing. ${pocketsphinxFix}`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
