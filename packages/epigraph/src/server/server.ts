import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { EpigraphError, toEpigraphError } from "../errors/epigraph-error.ts";
import { type Origins, serveApi } from "./api.ts";
import { parseClient } from "./client-version.ts";
import { authenticate } from "./credentials.ts";
import type { RequestContext, ServerParts } from "./server-parts.ts";
import { serveHttpAction } from "./site.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly sitePort: number;
}

export interface RunningServer extends Origins {
  /** Stops accepting, lets running requests end, then resolves. */
  close(): Promise<void>;
}

const MAX_HEADER_BYTES = 64 * 1024;
const HEADERS_TIMEOUT_MS = 30_000;
const CLOSE_GRACE_MS = 5_000;

/** Listens on both origins. @throws EpigraphError `PortInUse` */
export async function startServer(parts: ServerParts, options: ListenOptions): Promise<RunningServer> {
  let origins: Origins = { apiUrl: "", siteUrl: "" };
  const api = listener(parts, (request, response, context) => {
    const url = request.url as string;
    if (url.startsWith("/http/"))
      return serveHttpAction(request, response, url.slice("/http".length), context, parts);
    return serveApi(request, response, url.split("?")[0] as string, context, parts, origins);
  });
  const site = listener(parts, (request, response, context) =>
    serveHttpAction(request, response, request.url as string, context, parts),
  );
  await listen(api, options.host, options.port);
  try {
    await listen(site, options.host, options.sitePort);
  } catch (error) {
    api.close();
    throw error;
  }
  origins = { apiUrl: urlOf(api, options.host), siteUrl: urlOf(site, options.host) };
  return {
    ...origins,
    async close() {
      await Promise.all([stop(api), stop(site)]);
    },
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse, context: RequestContext) => Promise<void>;

function listener(parts: ServerParts, handle: Handler): Server {
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0 },
    (request, response) => {
      void answer(parts, handle, request, response);
    },
  );
  // A request that is no HTTP gets the status that Node suggests, and never brings the server down.
  server.on("clientError", (error: Error & { code?: string }, socket) => {
    const status =
      error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    else socket.destroy();
  });
  return server;
}

async function answer(
  parts: ServerParts,
  handle: Handler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.on("error", () => {});
  try {
    await handle(request, response, contextOf(request, parts));
  } catch (thrown) {
    const error = toEpigraphError(thrown);
    if (error.code === "InternalServerError") console.error(error.cause);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const body = error.envelope();
    response
      .writeHead(error.status, {
        "Content-Type": "application/json",
        "Content-Length": Buffer.byteLength(body),
      })
      .end(body);
  }
}

function contextOf(request: IncomingMessage, parts: ServerParts): RequestContext {
  const { headers } = request;
  const header = (name: string): string | undefined =>
    typeof headers[name] === "string" ? headers[name] : undefined;
  const client = parseClient(header("convex-client"));
  const query = (request.url as string).indexOf("?");
  return {
    client,
    info: {
      requestId: header("convex-request-id") ?? randomBytes(8).toString("hex"),
      ip: header("x-forwarded-for")?.split(",")[0]?.trim() ?? request.socket.remoteAddress ?? null,
      userAgent: headers["user-agent"] ?? null,
    },
    caller: () =>
      authenticate(
        headers.authorization,
        query === -1 ? null : new URLSearchParams((request.url as string).slice(query)).get("adminKey"),
        parts.keys,
      ),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: Error & { code?: string }) => {
      if (error.code !== "EADDRINUSE") reject(error);
      else
        reject(
          new EpigraphError(
            "PortInUse",
            `Port ${port} is in use by another program. Stop that, or choose another with --port and --site-port (0 picks a free one).`,
            { cause: error },
          ),
        );
    });
    server.listen(port, host, resolve);
  });
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host}:${port}`;
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const grace = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(grace);
      resolve();
    });
    server.closeIdleConnections();
  });
}
