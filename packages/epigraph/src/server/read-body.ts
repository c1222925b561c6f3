import type { IncomingMessage } from "node:http";
import { EpigraphError } from "../errors/epigraph-error.ts";

/** Collects a whole body of at most `limit` bytes; rejects when the client breaks off. */
export function readBody(
  request: IncomingMessage,
  limit: number,
  tooLarge: () => EpigraphError,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) {
        // What else arrives is read and dropped, so that the answer can be delivered.
        request.removeAllListeners("data");
        request.resume();
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on("error", () =>
      reject(new EpigraphError("BadJsonBody", "Failed to buffer the request body: the client broke off")),
    );
  });
}
