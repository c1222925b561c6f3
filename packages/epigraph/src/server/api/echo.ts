import { pipeline } from "node:stream/promises";
import { contentLength } from "../body.ts";
import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";

/** POST /echo: sends the body back while it arrives, whatever its size: clients measure their network with it. */
export async function postEcho(exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const headers = corsHeaders(request);
  headers.push("content-type", "application/octet-stream");
  const length = contentLength(request);
  if (length !== null) headers.push("content-length", String(length));
  if (!exchange.sendHead(200, headers)) return;
  try {
    await pipeline(request, response);
  } catch {
    // One side of the connection broke: nothing is left to be done, and nobody to be told.
    response.destroy();
  }
}
