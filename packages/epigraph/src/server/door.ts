import { randomFillSync } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { type Client, clientSupport, parseClient } from "./client-version.ts";
import { corsHeaders, hasCors, preflightHeaders } from "./cors.ts";
import { Exchange } from "./exchange.ts";
import { RequestIds } from "./request-ids.ts";
import { parseRequestTarget, type RequestTarget } from "./request-target.ts";
import type { Router } from "./router.ts";
import { sendError } from "./send-error.ts";
import type { ServerParts } from "./server-parts.ts";
import { ExternalOrigins } from "./site/external-origin.ts";
import { handleHttpAction } from "./site/http-action.ts";
import { isSyncPath, syncRefusal } from "./sync/sync-request.ts";
import { UnwantedBodies } from "./unwanted-bodies.ts";

/** Where HTTP actions are on the API origin. */
const HTTP_ACTION_PREFIX = "/http/";
const NO_HEADERS: readonly string[] = [];

/** Takes every request of both origins and leads it to its endpoint, or to the app's HTTP actions. Never throws. */
export class Door {
  readonly #parts: ServerParts;
  readonly #router: Router;
  readonly #requestIds = new RequestIds(randomFillSync);
  readonly #origins: ExternalOrigins;
  readonly #unwantedBodies = new UnwantedBodies();

  constructor(parts: ServerParts, router: Router) {
    this.#parts = parts;
    this.#router = router;
    this.#origins = new ExternalOrigins(parts.proxies);
  }

  /** A request to the API origin. */
  api(request: IncomingMessage, response: ServerResponse): void {
    const target = parseRequestTarget(request.url as string);
    const exchange = this.#open(request, response, target);
    if (exchange === null) return;
    if (target.path.startsWith(HTTP_ACTION_PREFIX)) {
      const path = target.path.slice(HTTP_ACTION_PREFIX.length - 1);
      void this.#httpAction(exchange, path, target.authority);
    } else void this.#endpoint(exchange);
  }

  /** A request to the site origin. */
  site(request: IncomingMessage, response: ServerResponse): void {
    const target = parseRequestTarget(request.url as string);
    const exchange = this.#open(request, response, target);
    if (exchange !== null) void this.#httpAction(exchange, target.path, target.authority);
  }

  /** The listeners close: what is answered must not hold them. */
  close(): void {
    this.#unwantedBodies.close();
  }

  /** Null when the client is refused; it has its answer then. */
  #open(request: IncomingMessage, response: ServerResponse, target: RequestTarget): Exchange | null {
    const { headers } = request;
    const givenId = headers["convex-request-id"];
    const requestId = typeof givenId === "string" ? givenId : this.#requestIds.next();
    const clientHeader = headers["convex-client"];
    const { path, query } = target;
    const { proxies } = this.#parts;
    const common = { path, query, requestId, proxies, unwantedBodies: this.#unwantedBodies };
    if (typeof clientHeader !== "string") {
      return new Exchange(request, response, { ...common, client: null, extraHeaders: NO_HEADERS });
    }
    let client: Client | null = null;
    let extraHeaders = NO_HEADERS;
    let refusal: unknown = null;
    try {
      client = parseClient(clientHeader);
      const support = clientSupport(client);
      if (support.state !== "supported") {
        const { state, message } = support;
        extraHeaders = ["x-convex-deprecation-state", state, "x-convex-deprecation-message", message];
        if (state === "Unsupported") refusal = new EpigraphError("ClientVersionUnsupported", message);
      }
    } catch (error) {
      refusal = error;
    }
    const exchange = new Exchange(request, response, { ...common, client, extraHeaders });
    if (refusal === null) return exchange;
    sendError(exchange, this.#parts, refusal, []);
    return null;
  }

  async #httpAction(exchange: Exchange, path: string, authority: string | null): Promise<void> {
    const shared = { origins: this.#origins, requestIds: this.#requestIds };
    try {
      await handleHttpAction(exchange, this.#parts, { path, authority }, shared);
    } catch (error) {
      sendError(exchange, this.#parts, error, []);
    }
  }

  async #endpoint(exchange: Exchange): Promise<void> {
    const { request, path } = exchange;
    const method = request.method as string;
    if (method === "OPTIONS" && hasCors(path)) {
      exchange.send(200, preflightHeaders(request), "");
      return;
    }
    const headers = hasCors(path) ? corsHeaders : noHeaders;
    const routes = this.#router.find(path);
    if (routes === null && isSyncPath(path)) {
      sendError(exchange, this.#parts, syncRefusal(request, path), headers(request));
      return;
    }
    if (routes === null) {
      exchange.send(404, headers(request), "");
      return;
    }
    const handle = routes.find(method);
    if (handle === null) {
      exchange.send(405, [...headers(request), "allow", routes.methods], "");
      return;
    }
    exchange.limitHeadTime(this.#parts.limits.headTimeoutMs);
    try {
      await handle(exchange, this.#parts);
    } catch (error) {
      sendError(exchange, this.#parts, error, headers(request));
    }
  }
}

function noHeaders(): string[] {
  return [];
}
