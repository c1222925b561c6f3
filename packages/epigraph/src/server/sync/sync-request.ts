import type { IncomingMessage } from "node:http";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { type Client, clientSupport, npmClient, parseClient } from "../client-version.ts";

/** With the version of a client that comes from npm, or without. Some addresses end with a slash too many. */
const PATH = /^\/+api(?:\/([^/]+))?\/sync$/;

/** Whether the path is that of the sync protocol. */
export function isSyncPath(path: string): boolean {
  return path.endsWith("/sync") && PATH.test(path);
}

/** Whether a request asks for a socket of the sync protocol; others that ask to upgrade are answered as they are. */
export function asksForSync(request: IncomingMessage): boolean {
  const [path = ""] = (request.url as string).split("?", 1);
  return isSyncPath(path);
}

/** Why a request to the sync protocol that is answered as any other gets no socket. */
export function syncRefusal(request: IncomingMessage, path: string): unknown {
  try {
    readSyncRequest(request, path);
  } catch (error) {
    return error;
  }
  return new EpigraphError("InvalidConnectionHeader", "The connection can't become a socket");
}

/**
 * The client that asks for a socket; null for one that does not say.
 * @throws EpigraphError 400: what is wrong with the client or with the request.
 */
export function readSyncRequest(request: IncomingMessage, path: string): Client | null {
  const { headers, method } = request;
  const version = PATH.exec(path)?.[1];
  const header = headers["convex-client"];
  const pathClient = version === undefined ? null : npmClient(version);
  const client = typeof header === "string" ? parseClient(header) : pathClient;
  if (client !== null) {
    const support = clientSupport(client);
    if (support.state === "Unsupported") throw new EpigraphError("ClientVersionUnsupported", support.message);
  }
  if (method !== "GET") throw new EpigraphError("MethodNotGet", "Request method must be `GET`");
  if (!/(?:^|,)\s*upgrade\s*(?:,|$)/i.test(headers.connection ?? "")) {
    throw new EpigraphError("InvalidConnectionHeader", "Connection header did not include 'upgrade'");
  }
  if (headers.upgrade?.toLowerCase() !== "websocket") {
    throw new EpigraphError("InvalidUpgradeHeader", "`Upgrade` header did not include 'websocket'");
  }
  if (headers["sec-websocket-key"] === undefined) {
    throw new EpigraphError("WebSocketKeyHeaderMissing", "`Sec-WebSocket-Key` header missing");
  }
  if (headers["sec-websocket-version"] !== "13") {
    throw new EpigraphError(
      "InvalidWebSocketVersionHeader",
      "`Sec-WebSocket-Version` header did not include '13'",
    );
  }
  return client;
}
