import type { IncomingMessage } from "node:http";

/** The client went away before it had sent the whole request. Nobody is left to be told. */
export class ClientGoneError extends Error {
  override readonly name = "ClientGoneError";

  constructor() {
    super("The client closed the connection before it had sent the whole request");
  }
}

/** A body has more bytes than it may have. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";

  constructor(limitBytes: number) {
    super(`the body is larger than ${limitBytes} bytes`);
  }
}

/** The length that the head announces, null when it doesn't say. */
export function contentLength(request: IncomingMessage): number | null {
  const text = request.headers["content-length"];
  return text === undefined ? null : Number(text);
}

/**
 * Reads a whole body into memory.
 * @throws BodyTooLargeError as soon as it is clear; what the client goes on sending is left to the caller.
 * @throws ClientGoneError
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if ((contentLength(request) ?? 0) > limitBytes) {
      reject(new BodyTooLargeError(limitBytes));
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        request.removeAllListeners("data");
        request.pause();
        reject(new BodyTooLargeError(limitBytes));
      }
    });
    request.on("end", () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes)),
    );
    request.on("error", () => reject(new ClientGoneError()));
  });
}
