import { readUuid } from "../../database/stored-files/storage-id.ts";
import { EpigraphError, toEpigraphError } from "../../errors/epigraph-error.ts";
import type { ByteRange } from "../../files/file-store.ts";
import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";
import type { ServerParts } from "../server-parts.ts";
import { pumpResponseStream } from "../site/response-stream.ts";
import { readRange } from "./range.ts";
import { requireRunning } from "./require-running.ts";

/** What paths of files begin with. */
export const FILE_PREFIX = "/api/storage/";
/** The content of a URL never changes, but only its holder may keep it. */
const CACHE_CONTROL = "private, max-age=2592000";

/** GET and HEAD /api/storage/<uuid>: whoever has the URL gets the file. */
export async function getFile(exchange: Exchange, parts: ServerParts): Promise<void> {
  const { path, query, request } = exchange;
  const segment = path.slice(FILE_PREFIX.length);
  const name = readUuid(segment);
  if (name === null) {
    throw new EpigraphError(
      "InvalidStoragePath",
      `Invalid storage path: "${segment}". Please use \`storage.getUrl\` to generate a valid URL to retrieve files.`,
    );
  }
  requireRunning(parts);
  const component = new URLSearchParams(query).get("component") ?? "";
  const file = parts.files.storage.find(component, name);
  if (file === null) throw new EpigraphError("FileNotFound", `File ${segment} not found`);
  const { size, sha256, contentType } = file.facts;
  const headers = [...corsHeaders(request), "accept-ranges", "bytes"];
  const isHead = request.method === "HEAD";
  const range = isHead ? "whole" : readRange(request.headers.range, size);
  if (range === "unsatisfiable") {
    exchange.send(416, [...headers, "content-range", `bytes */${size}`], "");
    return;
  }
  headers.push("cache-control", CACHE_CONTROL);
  if (contentType !== null) headers.push("content-type", contentType);
  if (range === "whole") {
    headers.push("digest", `sha-256=${sha256}`, "content-length", String(size));
    if (!isHead && size > 0) return send(exchange, parts, file, { status: 200, headers, length: size });
    if (exchange.sendHead(200, headers)) exchange.end();
    return;
  }
  const length = range.last - range.first + 1;
  headers.push(
    "content-range",
    `bytes ${range.first}-${range.last}/${size}`,
    "content-length",
    String(length),
  );
  return send(exchange, parts, file, { status: 206, headers, length, range });
}

async function send(
  exchange: Exchange,
  parts: ServerParts,
  file: { readonly key: string; readonly uuid: string },
  answer: {
    readonly status: number;
    readonly headers: string[];
    readonly length: number;
    readonly range?: ByteRange;
  },
): Promise<void> {
  const { storage } = parts.files;
  const stream = await storage.read(file, answer.range);
  stream.once("error", (error) => {
    if (exchange.response.destroyed) return;
    parts.reportFault(toEpigraphError(error), { requestId: exchange.requestId, path: exchange.path });
  });
  try {
    if (!exchange.sendHead(answer.status, answer.headers)) return;
    const { response } = exchange;
    // Who takes nothing any more must not hold an open file for ever.
    response.setTimeout(parts.limits.stallTimeoutMs, () => response.destroy());
    const options = { limitBytes: Number.POSITIVE_INFINITY, promisedBytes: answer.length };
    if (await pumpResponseStream(response, stream, options)) exchange.end();
  } finally {
    // Ending its iterator does nothing before the first chunk was asked for, and Node ends a process that lets a file go.
    stream.destroy();
  }
}
