/** A Tutti that does as a test says, and records what it was asked. For tests of HTTP alone. */
import type { Tutti } from "../../src/tutti.ts";

export type TuttiScript = Partial<Tutti>;

export interface Call {
  readonly method: keyof Tutti;
  readonly args: readonly unknown[];
}

export interface FakeTutti extends Tutti {
  readonly calls: readonly Call[];
}

/** What the script leaves out throws: a test says everything that it relies on. */
export function fakeTutti(script: TuttiScript = {}): FakeTutti {
  const calls: Call[] = [];
  function scripted<M extends keyof Tutti>(method: M): Tutti[M] {
    const answer = script[method] ?? unscripted(method);
    const recorded = (...args: unknown[]): unknown => {
      calls.push({ method, args });
      return Reflect.apply(answer, script, args);
    };
    return recorded as Tutti[M];
  }
  return {
    calls,
    submit: scripted("submit"),
    plan: scripted("plan"),
    run: scripted("run"),
    runs: scripted("runs"),
    wait: scripted("wait"),
    events: scripted("events"),
    cancel: scripted("cancel"),
    upload: scripted("upload"),
    asset: scripted("asset"),
    readAsset: scripted("readAsset"),
    experts: scripted("experts"),
    merits: scripted("merits"),
    registerExpert: scripted("registerExpert"),
    checkExpert: scripted("checkExpert"),
    removeExpert: scripted("removeExpert"),
    health: scripted("health"),
    close: scripted("close"),
  };
}

function unscripted(method: keyof Tutti): () => never {
  return () => {
    throw new Error(`fake Tutti: nothing is scripted for ${method}`);
  };
}
