import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Content Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};
const BAD_REQUEST = "400 Bad Request";

/**
 * Answers what is no HTTP. On a connection that answers are still due on it waits for them: a client takes the first
 * answer for that of its first request, and must not hear that one failed which may have written something.
 */
export class BadRequests {
  readonly #latest = new WeakMap<
    Socket,
    { readonly request: IncomingMessage; readonly response: ServerResponse }
  >();

  /** Each request is to be made known. */
  expect(request: IncomingMessage, response: ServerResponse): void {
    this.#latest.set(request.socket, { request, response });
  }

  /** What a connection brings can't be read any further. */
  answer(error: NodeJS.ErrnoException, socket: Socket): void {
    socket.on("error", () => socket.destroy());
    const latest = this.#latest.get(socket);
    if (latest === undefined || latest.response.writableFinished) refuse(error, socket);
    else if (latest.request.complete) latest.response.once("finish", () => refuse(error, socket));
    // The body of the latest request is what can't be read. Others may be due before its answer, or it has begun.
    else if (latest.response.headersSent || latest.response.socket === null) socket.destroy();
    else refuse(error, socket);
  }
}

function refuse({ code = "" }: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(
    `HTTP/1.1 ${STATUS_LINES[code] ?? BAD_REQUEST}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    () => socket.destroy(),
  );
}
