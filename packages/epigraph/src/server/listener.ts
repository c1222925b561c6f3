import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { HTTP_ACTION_METHODS } from "./site/http-action.ts";

export interface ListenerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** Room for large cookies and tokens; more is answered with 431. */
const MAX_HEADER_BYTES = 64 * 1024;
const HEADERS_TIMEOUT_MS = 60_000;
/** A body may come as slowly as the longest HTTP action runs, which reads it meanwhile. */
const REQUEST_TIMEOUT_MS = 31 * 60_000;
/** Longer than the 60 s after which common reverse proxies drop theirs: who closes first loses no request. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const CLOSE_CHECK_MS = 20;

/** One open port. */
export class Listener {
  readonly #server: Server;
  readonly #host: string;

  private constructor(server: Server, host: string) {
    this.#server = server;
    this.#host = host;
  }

  /** @throws EpigraphError `PortInUse`, `PortNotAllowed` or `AddressNotAvailable` */
  static open(
    handle: (request: IncomingMessage, response: ServerResponse) => void,
    { host, port }: ListenerOptions,
  ): Promise<Listener> {
    const server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: HEADERS_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      },
      handle,
    );
    server.on("connect", refuseTunnel);
    return new Promise((resolve, reject) => {
      server.once("error", (error) => reject(listenError(error, host, port)));
      server.listen({ host, port }, () => {
        server.removeAllListeners("error");
        resolve(new Listener(server, host));
      });
    });
  }

  /** Where clients on this machine reach it; no trailing slash. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    const host = this.#host === "0.0.0.0" || this.#host === "::" ? "127.0.0.1" : this.#host;
    return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  }

  /** Takes no more connections, lets requests that run end for as long as `graceMs`, then breaks what is left. */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    // A connection becomes idle when its last answer is out, and nothing tells when that is.
    const check = setInterval(() => this.#server.closeIdleConnections(), CLOSE_CHECK_MS);
    const deadline = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await closed;
    clearInterval(check);
    clearTimeout(deadline);
  }
}

/** CONNECT asks for a proxy; Node would hang up without a word. */
function refuseTunnel(_request: IncomingMessage, socket: Socket): void {
  socket.on("error", () => socket.destroy());
  socket.end(
    `HTTP/1.1 405 Method Not Allowed\r\nAllow: ${HTTP_ACTION_METHODS}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  );
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const cause = { cause: error };
  switch (error.code) {
    case "EADDRINUSE":
      return new EpigraphError(
        "PortInUse",
        `Port ${port} is in use by another program: stop that program, or choose another port (0 picks a free one).`,
        cause,
      );
    case "EACCES":
      return new EpigraphError(
        "PortNotAllowed",
        `The operating system does not let this user listen on port ${port}: choose one above 1023.`,
        cause,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new EpigraphError(
        "AddressNotAvailable",
        `Cannot listen on "${host}", which is not an address of this machine: use 127.0.0.1 for this machine only, 0.0.0.0 for every address it has.`,
        cause,
      );
    default:
      return error;
  }
}
