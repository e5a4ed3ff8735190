/** Reads JSON bodies. */
import express, { type Request, type Response } from "express";
import { TuttiError } from "../errors.ts";
import type { Context } from "./context.ts";
import { checkShape } from "./json-shape.ts";
import { runMiddleware } from "./run-middleware.ts";

const jsonTypes = ["application/json", "application/*+json"];

export function isJson(request: Request): boolean {
  return Boolean(request.is(jsonTypes));
}

/** The parsed body; undefined where there is none. @throws TuttiError `too-large`, or what Express's parser throws */
export async function readJson({ maxBodyBytes }: Context, request: Request, response: Response): Promise<unknown> {
  await runMiddleware(express.json({ limit: maxBodyBytes, strict: false, type: jsonTypes }), request, response);
  const body: unknown = request.body;
  checkShape(body);
  return body;
}

/** @throws TuttiError `invalid-request` that names the field */
export function parseJson(text: string, field: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    checkShape(value);
    return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new TuttiError("invalid-request", `${field}: it is not JSON (${error.message})`, { cause: error });
  }
}
