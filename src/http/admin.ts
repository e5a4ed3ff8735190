/** Who may change what the server does: whoever has the admin token, or, where none is set, whoever sits at the machine. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Request, Response } from "express";
import type { Context } from "./context.ts";
import { sendProblem } from "./problem.ts";

/** Whether an admin asks. */
export function asksAdmin({ admin: { adminToken, isLocal = false } }: Context, request: Request): boolean {
  if (adminToken !== undefined) return isAdmin(request, adminToken);
  // A page whose name was made to lead here says its own name as the host.
  return isLocal && isLoopbackName(request.hostname);
}

/** @returns whether the request may go on; otherwise it has been answered */
export function admitAdmin(context: Context, request: Request, response: Response): boolean {
  if (asksAdmin(context, request)) return true;
  if (context.admin.adminToken === undefined) {
    const detail = "Experts can't be changed from elsewhere: set TUTTI_ADMIN_TOKEN, and send it as a bearer token.";
    sendProblem(context, response, { code: "forbidden", detail });
    return false;
  }
  response.set("WWW-Authenticate", 'Bearer realm="Tutti"');
  const detail = "Send the value of TUTTI_ADMIN_TOKEN: Authorization: Bearer TOKEN.";
  sendProblem(context, response, { code: "unauthorized", detail });
  return false;
}

/** Takes as long for any token: hashes are of one length, and compared to the end. */
export function isAdmin(request: Request, adminToken: string): boolean {
  const given = givenToken(request);
  return timingSafeEqual(digest(given ?? ""), digest(adminToken)) && given !== undefined;
}

export function isLoopbackName(host: string | undefined): boolean {
  return host !== undefined && /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/** A bearer token, or the password of Basic with any user name. */
function givenToken(request: Request): string | undefined {
  const [, scheme = "", credentials = ""] = /^(\w+) +(\S.*)$/.exec(request.get("authorization") ?? "") ?? [];
  // Node reads the bytes of a header one by one; who types a token sends UTF-8.
  if (scheme.toLowerCase() === "bearer") return Buffer.from(credentials, "latin1").toString();
  if (scheme.toLowerCase() !== "basic") return undefined;
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, "base64").toString()) ?? [];
  return password;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
