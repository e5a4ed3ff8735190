import type { Express, RequestHandler } from "express";
import type { Context } from "./context.ts";
import { sendProblem } from "./problem.ts";
import type { Route } from "./route.ts";

/** Serves the routes; a path that exists answers other methods with the ones that it takes. */
export function mountRoutes(app: Express, context: Context, routes: readonly Route[]): void {
  for (const { method, path, handle } of routes) app[method](path, handle);
  for (const path of new Set(routes.map((route) => route.path)))
    app.all(path, otherMethods(context, methodsOf(routes, path)));
}

function methodsOf(routes: readonly Route[], path: string): string {
  const methods = routes.flatMap((route) => (route.path === path ? [route.method.toUpperCase()] : []));
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}

function otherMethods(context: Context, allow: string): RequestHandler {
  return (request, response) => {
    response.set("Allow", allow);
    if (request.method === "OPTIONS") {
      response.status(204).end();
      return;
    }
    sendProblem(context, response, { code: "method-not-allowed", detail: `${request.path} takes ${allow}.` });
  };
}

export function refuseUnknownRoute(context: Context, routes: readonly Route[]): RequestHandler {
  const paths = [...new Set(routes.map((route) => route.path))];
  return (request, response) => {
    const near = paths.filter((path) => path !== "/" && sharesBeginning(path, request.path));
    const hint = near.length > 0 ? `Near it: ${near.join(", ")}.` : "GET / says what there is.";
    sendProblem(context, response, { code: "unknown-route", detail: `There is nothing at this path. ${hint}` });
  };
}

/** Whether somebody who asked for `asked` may have meant `path`: their longest words agree. */
function sharesBeginning(path: string, asked: string): boolean {
  const words = path.split("/").filter((word) => word.length > 2 && !word.startsWith(":"));
  const askedWords = asked.toLowerCase().split("/");
  return words.some((word) =>
    askedWords.some((other) => other === word || `${other}s` === word || other === `${word}s`),
  );
}
