/** Where things are found. The Host header has no say in it: it is whatever the client wrote. */
import type { Context } from "./context.ts";

type Base = Pick<Context, "publicUrl">;

export function assetUrl({ publicUrl }: Base, id: string): string {
  return `${publicUrl}/v1/assets/${encodeURIComponent(id)}`;
}

export function runUrl({ publicUrl }: Base, id: string): string {
  return `${publicUrl}/v1/runs/${encodeURIComponent(id)}`;
}
