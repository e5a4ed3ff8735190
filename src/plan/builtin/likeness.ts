/** Likeness in meaning between clauses and tasks, by sentence embedding. */
import { asTuttiError } from "../../errors.ts";
import type { Embedder } from "../../ports/embedder.ts";
import type { Catalogue, Profile } from "./catalogue.ts";
import type { Clause } from "./clause.ts";

/** By task id, -1..1. */
export type Likeness = ReadonlyMap<string, number>;

export interface Likenesses {
  /** One for each clause; empty where there is no embedder, or it failed. */
  readonly likeness: readonly Likeness[];
  readonly failure?: string;
}

interface TaskVectors {
  readonly id: string;
  readonly vectors: readonly (readonly number[])[];
}

/** A request of more clauses than this is told apart by its wording alone. */
const MOST_CLAUSES = 40;
const MOST_CHARACTERS = 300;

async function vectorsOf(catalogue: Catalogue, embedder: Embedder): Promise<readonly TaskVectors[]> {
  const wordings = catalogue.profiles.map((profile) => ({ id: profile.task.id, texts: wordingsOf(profile) }));
  const vectors = await embedder.embed(wordings.flatMap(({ texts }) => texts));
  let at = 0;
  return wordings.map(({ id, texts }) => {
    const from = at;
    at += texts.length;
    return { id, vectors: vectors.slice(from, at) };
  });
}

/** Embeds the tasks of a catalogue once, and the clauses of a request in one call. */
export function createLikeness(embedder: Embedder | undefined) {
  const known = new WeakMap<Catalogue, Promise<readonly TaskVectors[]>>();

  const compare = async (
    clauses: readonly Clause[],
    catalogue: Catalogue,
    { embedder: using, signal }: { readonly embedder: Embedder; readonly signal: AbortSignal },
  ): Promise<Likeness[]> => {
    const tasks = known.get(catalogue) ?? vectorsOf(catalogue, using);
    known.set(catalogue, tasks);
    try {
      const [vectors, ofTasks] = await Promise.all([using.embed(clauses.map(plainText), signal), tasks]);
      return vectors.map(
        (vector) => new Map(ofTasks.map(({ id, vectors: wordings }) => [id, nearest(wordings, vector)])),
      );
    } catch (error) {
      // The next request tries again.
      known.delete(catalogue);
      throw error;
    }
  };

  return async (clauses: readonly Clause[], catalogue: Catalogue, signal: AbortSignal): Promise<Likenesses> => {
    const none = { likeness: clauses.map(() => new Map<string, number>()) };
    if (!embedder || clauses.length === 0 || clauses.length > MOST_CLAUSES) return none;
    try {
      return { likeness: await compare(clauses, catalogue, { embedder, signal }) };
    } catch (error) {
      // Wording alone finds most tasks, so that an embedder that fails need not fail the plan.
      return { ...none, failure: `Planned without sentence embedding: ${asTuttiError(error).message}` };
    }
  };
}

function wordingsOf({ task }: Profile): string[] {
  return [...(task.examples ?? []), `${task.title}. ${task.description}`.slice(0, MOST_CHARACTERS)];
}

/** A clause without what it quotes: only its own words say what is to be done. */
function plainText({ words }: Clause): string {
  const shown = words.map(({ kind, text, asset }) => {
    if (kind === "quote") return "the text";
    return kind === "file" ? `the ${asset?.type ?? "file"}` : text;
  });
  return shown.join(" ").slice(0, MOST_CHARACTERS);
}

const nearest = (wordings: TaskVectors["vectors"], vector: readonly number[]): number =>
  Math.max(-1, ...wordings.map((one) => dot(one, vector)));

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
