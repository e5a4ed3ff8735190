/**
 * A route: how it is served, and how it is described. Express and OpenAPI are both fed from the same list of these,
 * so that neither can know a path that the other does not.
 */
import type { Request, Response } from "express";
import type { z } from "zod";
import type { Context } from "./context.ts";
import type { ProblemCode } from "./problem.ts";

export type Handler = (request: Request, response: Response) => void | Promise<void>;

/** A body: its media types, each with its schema, or `bytes`. */
export type Content = Readonly<Record<string, z.ZodType | "bytes" | FormContent>>;

/** A form: named text fields, and files under any other name. */
export interface FormContent {
  readonly fields: z.ZodObject;
  readonly files: string;
}

export interface ResponseSpec {
  readonly description: string;
  readonly content?: Content;
  /** Names of headers, with what they say. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Operation {
  readonly id: string;
  readonly tag: "runs" | "assets" | "catalogue" | "service";
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: { readonly description: string; readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** What may go wrong, besides a defect. */
  readonly problems: readonly ProblemCode[];
  /** A command line to try it with. */
  readonly example?: string;
}

export interface Route {
  readonly method: "get" | "post" | "put" | "delete";
  /** As Express writes it: `/v1/runs/:id`. */
  readonly path: string;
  readonly operation: Operation;
  readonly handle: Handler;
}

export type RouteFactory = (context: Context) => Route;
