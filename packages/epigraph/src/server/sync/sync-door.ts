import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { type EpigraphError, toEpigraphError } from "../../errors/epigraph-error.ts";
import type { Session } from "../../sync/session/session.ts";
import type { Sessions } from "../../sync/sessions.ts";
import { takesChunks } from "../client-version.ts";
import { describeClient } from "../exchange.ts";
import { parseRequestTarget } from "../request-target.ts";
import type { ServerParts } from "../server-parts.ts";
import { readSyncRequest } from "./sync-request.ts";
import { SyncWebSocket } from "./web-socket.ts";

/** Of one message; arguments have a limit of their own. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Turns requests for a socket of the sync protocol into sessions. */
export class SyncDoor {
  readonly #parts: ServerParts;
  readonly #sessions: Sessions;
  // Without compression: it costs each client memory, and a change that a thousand clients see a thousand times its time.
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });

  constructor(parts: ServerParts, sessions: Sessions) {
    this.#parts = parts;
    this.#sessions = sessions;
  }

  /** A request that asks to become a socket. Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    try {
      const { path } = parseRequestTarget(request.url as string);
      const client = readSyncRequest(request, path);
      const { ip, userAgent } = describeClient(request, this.#parts.proxies);
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
        this.#serve(webSocket, { ip, userAgent, takesChunks: takesChunks(client) }),
      );
    } catch (error) {
      refuse(socket, toEpigraphError(error));
    }
  }

  #serve(webSocket: WebSocket, client: Parameters<Sessions["open"]>[1]): void {
    const session = this.#sessions.open(new SyncWebSocket(webSocket), client);
    webSocket.on("message", (data, isBinary) => {
      if (isBinary) session.fault();
      else this.#receive(session, data.toString());
    });
    for (const sign of ["ping", "pong"] as const) webSocket.on(sign, () => session.heard());
    // What the library refuses it also closes; "close" tells.
    webSocket.on("error", () => {});
    webSocket.once("close", () => session.gone());
  }

  #receive(session: Session, text: string): void {
    try {
      session.receive(text);
    } catch (error) {
      this.#parts.reportFault(toEpigraphError(error), { requestId: "-", path: "/sync" });
      session.fault();
    }
  }
}

function refuse(socket: Duplex, error: EpigraphError): void {
  const body = JSON.stringify(error.toEnvelope());
  const deprecation =
    error.code === "ClientVersionUnsupported"
      ? `x-convex-deprecation-state: Unsupported\r\nx-convex-deprecation-message: ${error.message}\r\n`
      : "";
  socket.end(
    `HTTP/1.1 ${error.status} Bad Request\r\nConnection: close\r\nContent-Type: application/json\r\n${deprecation}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
