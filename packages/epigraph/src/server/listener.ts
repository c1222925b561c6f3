import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { Connections } from "./connections.ts";
import { HTTP_ACTION_METHODS } from "./site/http-action.ts";

export interface ListenerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly requestHeadTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Requests that become sockets; none unless told. */
  readonly upgrades?: Upgrades;
}

export interface Upgrades {
  /** Whether a request that asks for an upgrade gets one; it is answered as any other otherwise. */
  readonly accepts: (request: IncomingMessage) => boolean;
  readonly handle: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => void;

/** Room for large cookies and tokens; more is answered with 431. */
const MAX_HEADER_BYTES = 64 * 1024;
/** More are answered with 431: Node would leave out what is beyond its own limit, credentials among it. */
const MAX_HEADER_LINES = 1000;
/** Longer than the 60 s after which common reverse proxies drop theirs: who closes first loses no request. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
/** How often Node looks for clients that take too long; more often where less time than usual is allowed. */
const TIMEOUT_CHECK_MS = 5_000;
const CLOSE_CHECK_MS = 20;

/** One open port. */
export class Listener {
  readonly #server: Server;
  readonly #host: string;
  readonly #connections = new Connections();
  #isClosing = false;

  private constructor(
    handle: HandleRequest,
    { host, requestHeadTimeoutMs, requestTimeoutMs, upgrades }: ListenerOptions,
  ) {
    this.#host = host;
    this.#server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: requestHeadTimeoutMs,
        requestTimeout: requestTimeoutMs,
        connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, requestHeadTimeoutMs / 2),
        keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
        shouldUpgradeCallback: (request) => upgrades?.accepts(request) === true,
      },
      (request, response) => {
        this.#connections.requested(request, response);
        if (this.#isClosing) response.shouldKeepAlive = false;
        if (isReadable(request, response)) handle(request, response);
      },
    );
    this.#server.maxHeadersCount = 0;
    this.#server.on("connect", refuseTunnel);
    if (upgrades !== undefined) this.#server.on("upgrade", upgrades.handle);
    this.#server.on("connection", (socket) => this.#connections.opened(socket));
    this.#server.on("clientError", (error, socket) => this.#connections.refuse(error, socket as Socket));
  }

  /** @throws EpigraphError `PortInUse`, `PortNotAllowed` or `AddressNotAvailable` */
  static open(handle: HandleRequest, options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(handle, options);
    const server = listener.#server;
    const { host, port } = options;
    return new Promise((resolve, reject) => {
      server.once("error", (error) => reject(listenError(error, host, port)));
      server.listen({ host, port }, () => {
        server.removeAllListeners("error");
        resolve(listener);
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
    this.#isClosing = true;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    // A connection becomes idle when its last answer is out, and nothing tells when that is.
    const check = setInterval(() => this.#connections.closeIdle(), CLOSE_CHECK_MS);
    const deadline = setTimeout(() => this.#connections.closeAll(), graceMs);
    await closed;
    clearInterval(check);
    clearTimeout(deadline);
  }
}

/** CONNECT asks for a proxy; Node would hang up without a word. The server has let go of the socket: it closes here. */
function refuseTunnel(_request: IncomingMessage, socket: Socket): void {
  socket.on("error", () => socket.destroy());
  socket.resume();
  socket.end(
    `HTTP/1.1 405 Method Not Allowed\r\nAllow: ${HTTP_ACTION_METHODS}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    () => socket.destroy(),
  );
}

/** Whether the head is one to go by. Answers when it is not. */
function isReadable({ rawHeaders, headers }: IncomingMessage, response: ServerResponse): boolean {
  if (rawHeaders.length > 2 * MAX_HEADER_LINES) {
    refuse(response, 431);
    return false;
  }
  const coding = headers["transfer-encoding"]?.toLowerCase();
  if (coding === undefined || coding === "chunked") return true;
  // The parser gives the head out before it finds that it can't tell where such a body ends, and then has it refused.
  if (/,\s*chunked\s*$/.test(coding)) refuse(response, 501);
  return false;
}

function refuse(response: ServerResponse, status: number): void {
  response.req.resume();
  response.writeHead(status, { connection: "close", "content-length": "0" }).end();
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
