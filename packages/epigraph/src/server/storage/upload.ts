import { EpigraphError } from "../../errors/epigraph-error.ts";
import { readSha256 } from "../../files/content-digest.ts";
import { sendJson } from "../api/function-answer.ts";
import { ClientGoneError } from "../body.ts";
import type { Exchange } from "../exchange.ts";
import type { ServerParts } from "../server-parts.ts";
import { requireRunning } from "./require-running.ts";

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** What is behind the semicolon is kept as it is. */
const CONTENT_TYPE = new RegExp(`^${TOKEN}/${TOKEN}[ \\t]*(?:;[\\t\\x20-\\x7e]*)?$`);
const DIGEST_PREFIX = "sha-256=";

/** POST /api/storage/upload: whoever has the URL stores the body as a file. */
export async function postUpload(exchange: Exchange, parts: ServerParts): Promise<void> {
  const { tokens, storage, nowMs } = parts.files;
  const token = new URLSearchParams(exchange.query).get("token");
  if (token === null) {
    throw new EpigraphError("BadQueryArgs", "Failed to deserialize query string: missing field `token`");
  }
  const component = tokens.check(token, nowMs());
  const { headers } = exchange.request;
  const contentType = readContentType(headers["content-type"]);
  const sha256 = readDigest(headers["digest"]);
  requireRunning(parts);
  const storageId = await storage.store(component, { bytes: bodyOf(exchange), contentType, sha256 });
  sendJson(exchange, JSON.stringify({ storageId }));
}

/** The body as it comes; nothing of it is kept in memory. @throws ClientGoneError, also when the client got its answer. */
async function* bodyOf(exchange: Exchange): AsyncGenerator<Uint8Array, void> {
  // What is left of the body when this ends early is the exchange's to drop, so that the client can read its answer.
  const body = exchange.request.iterator({ destroyOnReturn: false });
  try {
    for await (const chunk of body) {
      if (exchange.isOver) throw new ClientGoneError();
      yield chunk as Buffer;
    }
  } catch (error) {
    throw isBroken(error) ? new ClientGoneError() : error;
  }
  if (exchange.isOver || !exchange.request.complete) throw new ClientGoneError();
}

function isBroken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE";
}

function readContentType(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (!CONTENT_TYPE.test(header)) throw badHeader("content-type");
  return header;
}

/** @returns in base64. */
function readDigest(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  const text = String(header);
  const digest = text.startsWith(DIGEST_PREFIX) ? text.slice(DIGEST_PREFIX.length) : "";
  const sha256 = readSha256(digest);
  if (sha256 === null || sha256 !== digest) throw badHeader("digest");
  return sha256;
}

function badHeader(name: string): EpigraphError {
  return new EpigraphError("BadHeader", `Bad header for ${name}: invalid HTTP header`);
}
