/** Ids of experts have slashes: `/v1/experts/acme/receipt-ocr/check` is read as `/v1/experts/acme%2Freceipt-ocr/check`. */
import type { RequestHandler } from "express";

const PREFIX = "/v1/experts/";

export const joinExpertIds: RequestHandler = (request, _response, next) => {
  const [path = "", ...query] = request.url.split("?");
  if (path.startsWith(PREFIX)) {
    const rest = path.slice(PREFIX.length);
    const [, id = "", end = ""] = /^(.*?)(\/check)?\/?$/.exec(rest) ?? [];
    request.url = [PREFIX + id.replaceAll("/", "%2F") + end, ...query].join("?");
  }
  next();
};
