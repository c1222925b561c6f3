import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestInfo } from "../functions/calls.ts";
import type { Client } from "./client-version.ts";
import type { TrustedProxies } from "./trusted-proxies.ts";
import type { UnwantedBodies } from "./unwanted-bodies.ts";

export interface ExchangeOptions {
  /** Without query. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  readonly requestId: string;
  readonly client: Client | null;
  /** Sent with whatever the answer is, as alternating names and values. */
  readonly extraHeaders: readonly string[];
  readonly unwantedBodies: UnwantedBodies;
  readonly proxies: TrustedProxies;
}

/** One request and its one answer. Knows what is true of every answer: a head within the time, one only, none too late. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: string;
  readonly requestId: string;
  readonly client: Client | null;
  readonly #extraHeaders: readonly string[];
  readonly #unwantedBodies: UnwantedBodies;
  readonly #proxies: TrustedProxies;
  #headTimer: NodeJS.Timeout | null = null;

  constructor(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions) {
    this.request = request;
    this.response = response;
    this.path = options.path;
    this.query = options.query;
    this.requestId = options.requestId;
    this.client = options.client;
    this.#extraHeaders = options.extraHeaders;
    this.#unwantedBodies = options.unwantedBodies;
    this.#proxies = options.proxies;
  }

  /** Answers with a bare 408 unless a head was sent in time. `onTimeout` hears of it. */
  limitHeadTime(timeoutMs: number, onTimeout?: () => void): void {
    this.#headTimer = setTimeout(giveUp, timeoutMs, this, onTimeout);
  }

  /** No answer can be given any more: there is one, or nobody is there to get it. */
  get isOver(): boolean {
    return this.response.headersSent || this.response.destroyed;
  }

  /** Facts about the request for whoever runs functions. */
  info(): RequestInfo {
    return { requestId: this.requestId, ...describeClient(this.request, this.#proxies) };
  }

  /**
   * Sends the whole answer. Does nothing when the exchange is over.
   * @param headers alternating names and values, without the length; the exchange may add to them.
   */
  send(status: number, headers: string[], body: string | Uint8Array): void {
    if (!this.#beginAnswer()) return;
    const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    headers.push("content-length", String(length), ...this.#extraHeaders);
    this.response.writeHead(status, headers);
    if (!this.#dropRestOfBody()) {
      this.response.end(body);
      return;
    }
    // Node closes a connection that is not to be kept as soon as the answer has ended.
    this.response.flushHeaders();
    this.response.write(body);
    this.request.once("end", () => this.response.end());
  }

  /** Sends a head whose framing the headers decide. The caller writes and ends the body; false when it is too late. */
  sendHead(status: number, headers: string[]): boolean {
    if (!this.#beginAnswer()) return false;
    headers.push(...this.#extraHeaders);
    this.response.writeHead(status, headers);
    return true;
  }

  /** Ends an answer that `sendHead` began. */
  end(): void {
    this.response.end();
    this.#dropRestOfBody();
  }

  /** Nobody is left to be answered. A timer that nobody needs would keep the process from ending. */
  abandon(): void {
    if (this.#headTimer !== null) clearTimeout(this.#headTimer);
  }

  #beginAnswer(): boolean {
    this.abandon();
    return !this.isOver;
  }

  /** @returns false when all of it is here. */
  #dropRestOfBody(): boolean {
    const { request } = this;
    if (request.complete || !announcesBody(request)) return false;
    this.#unwantedBodies.drop(request);
    return true;
  }
}

/** Who is at the other end, as far as can be told. */
export function describeClient(
  { headers, socket }: IncomingMessage,
  proxies: TrustedProxies,
): Pick<RequestInfo, "ip" | "userAgent"> {
  const { remoteAddress } = socket;
  const forwarded = headers["x-forwarded-for"];
  const isBelieved = typeof forwarded === "string" && proxies.trusts(remoteAddress);
  return {
    ip: isBelieved ? firstEntry(forwarded) : (remoteAddress ?? null),
    userAgent: headers["user-agent"] ?? null,
  };
}

/** Whether a body follows the head of the request. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

function giveUp(exchange: Exchange, onTimeout: (() => void) | undefined): void {
  exchange.send(408, [], "");
  onTimeout?.();
}

function firstEntry(list: string): string {
  const comma = list.indexOf(",");
  return (comma === -1 ? list : list.slice(0, comma)).trim();
}
