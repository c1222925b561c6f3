import { Blob } from "./blob.ts";
import { Body, extractBody } from "./body.ts";
import { AbortController, type AbortSignal } from "./events.ts";
import type { FormData } from "./form-data.ts";
import { Headers } from "./headers.ts";
import { URL } from "./url.ts";

interface RequestParts {
  readonly url: string;
  readonly method: string;
  readonly pairs: [string, string][];
  readonly body: Body;
}

const BODILESS = new Set(["GET", "HEAD"]);
const FORBIDDEN = new Set(["CONNECT", "TRACE", "TRACK"]);
const NORMALISED = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]);

interface RequestOptions {
  method?: string;
  headers?: ConstructorParameters<typeof Headers>[0];
  body?: unknown;
  signal?: AbortSignal | null;
}

let random: (bytes: Uint8Array) => void = () => {};

/** Where multipart boundaries get their randomness. */
export function setBoundarySource(fill: (bytes: Uint8Array) => void): void {
  random = fill;
}

export function makeBoundary(): string {
  const bytes = new Uint8Array(12);
  random(bytes);
  return `----epigraph${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Where `makeRequest` hands its ready parts to the constructor, past all checks. */
let incoming: RequestParts | null = null;

export class Request {
  #url: string;
  #method: string;
  #pairs: [string, string][] | null = null;
  #headers: Headers | null = null;
  #body: Body;
  #signal: AbortSignal | null = null;
  #controller: AbortController | null = null;
  #aborted: { readonly reason: unknown } | null = null;

  constructor(input: unknown, options: RequestOptions = {}) {
    if (incoming !== null) {
      this.#url = incoming.url;
      this.#method = incoming.method;
      this.#pairs = incoming.pairs;
      this.#body = incoming.body;
      incoming = null;
      return;
    }
    const source = input instanceof Request ? input : null;
    this.#url = source === null ? new URL(String(input)).href : source.#url;
    const method = options.method ?? source?.method ?? "GET";
    const upper = String(method).toUpperCase();
    if (FORBIDDEN.has(upper) || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method))
      throw new TypeError(`Invalid request method: ${method}`);
    this.#method = NORMALISED.has(upper) ? upper : method;
    this.#headers = new Headers((options.headers ?? source?.headers) as never);
    this.#signal = options.signal ?? source?.signal ?? null;
    if (options.body !== undefined && options.body !== null) {
      if (BODILESS.has(this.#method)) throw new TypeError("Request with GET/HEAD method cannot have body.");
      const { content, type } = extractBody(options.body, makeBoundary);
      this.#body = new Body(content);
      if (type !== null && !this.#headers.has("content-type")) this.#headers.append("content-type", type);
    } else this.#body = source === null ? new Body(null) : source.#body.tee();
  }

  /** A request that arrived: nothing is checked or built before it is asked for. */
  static incoming(parts: RequestParts): Request {
    incoming = parts;
    return new Request("");
  }

  /** The client went away. */
  static abort(request: Request, reason: unknown): void {
    request.#aborted = { reason };
    request.#controller?.abort(reason);
  }

  get url(): string {
    return this.#url;
  }
  get method(): string {
    return this.#method;
  }
  get headers(): Headers {
    this.#headers ??= Headers.fromTrustedPairs(this.#pairs ?? []);
    return this.#headers;
  }
  get body(): ReadableStream<Uint8Array> | null {
    return this.#body.stream;
  }
  get bodyUsed(): boolean {
    return this.#body.used;
  }
  get signal(): AbortSignal {
    if (this.#signal === null) {
      this.#controller = new AbortController();
      this.#signal = this.#controller.signal;
      if (this.#aborted !== null) this.#controller.abort(this.#aborted.reason);
    }
    return this.#signal;
  }
  text(): Promise<string> {
    return this.#body.text();
  }
  async json(): Promise<unknown> {
    return JSON.parse(await this.#body.text());
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.#body.bytes()).buffer;
  }
  bytes(): Promise<Uint8Array> {
    return this.#body.bytes();
  }
  async blob(): Promise<Blob> {
    return new Blob([await this.#body.bytes()], { type: this.headers.get("content-type") ?? "" });
  }
  formData(): Promise<FormData> {
    return this.#body.formData(this.headers.get("content-type"));
  }
  clone(): Request {
    const copy = Request.incoming({
      url: this.#url,
      method: this.#method,
      pairs: [...this.headers],
      body: this.#body.tee(),
    });
    return copy;
  }
  get [Symbol.toStringTag](): string {
    return "Request";
  }
}
