import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Content Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};
const BAD_REQUEST = "400 Bad Request";

/** A request and its answer, which may be on their way. */
interface Exchanged {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What is underway on each connection of a listener. */
export class Connections {
  /** The latest that each connection brought; null before the first one. */
  readonly #latest = new Map<Socket, Exchanged | null>();

  opened(socket: Socket): void {
    this.#latest.set(socket, null);
    socket.once("close", () => this.#latest.delete(socket));
  }

  requested(request: IncomingMessage, response: ServerResponse): void {
    this.#latest.set(request.socket, { request, response });
  }

  /**
   * Answers what is no HTTP. Where answers are still due it waits for them: a client takes the first one for that of its
   * first request, and must not hear that one failed which may have written something.
   */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    socket.on("error", () => socket.destroy());
    const latest = this.#latest.get(socket) ?? null;
    if (latest === null || latest.response.writableFinished) refuse(error, socket);
    else if (latest.request.complete) latest.response.once("finish", () => refuse(error, socket));
    // The body of the latest request is what can't be read. Others may be due before its answer, or it has begun.
    else if (latest.response.headersSent || latest.response.socket === null) socket.destroy();
    else refuse(error, socket);
  }

  /** Closes those on which no request is underway; the beginning of a head is none. */
  closeIdle(): void {
    for (const [socket, latest] of this.#latest) {
      if (latest === null || (latest.request.complete && latest.response.writableFinished)) socket.destroy();
    }
  }

  closeAll(): void {
    for (const socket of this.#latest.keys()) socket.destroy();
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
