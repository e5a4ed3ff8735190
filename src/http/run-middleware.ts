import type { Request, RequestHandler, Response } from "express";

/** Runs one Express middleware from inside a handler. */
export function runMiddleware(middleware: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void middleware(request, response, (error?: unknown) => {
      if (error === undefined || error === null) resolve();
      else reject(error instanceof Error ? error : new Error("the middleware failed", { cause: error }));
    });
  });
}
