import { AbortSignal, newSignal, signalAbort } from "./abort-signal.ts";
import { Body, cloneBody, takeBody } from "./body.ts";
import { addContentType, type BodySource, extractBody } from "./body-source.ts";
import { adoptHeaders, type HeaderPairs, Headers, headerPairsOf } from "./headers.ts";
import { url } from "./lazy-parts.ts";

const INTERNAL = Symbol("internal");
const UPPER_CASED = /^(delete|get|head|options|post|put)$/i;
const FORBIDDEN = /^(connect|trace|track)$/i;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

interface RequestState {
  readonly url: string;
  readonly method: string;
  /** Pairs not yet wrapped, or the object. */
  headers: HeaderPairs | Headers;
  readonly redirect: "follow" | "error" | "manual";
  /** Absent until somebody asks for it. */
  signal: AbortSignal | undefined;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly redirect?: string;
  readonly signal?: AbortSignal | null;
}

export interface RequestParts {
  readonly url: string;
  readonly method: string;
  /** Lower-case names; owned by the request from now on. */
  readonly headerPairs: HeaderPairs;
  readonly body: BodySource;
}

/** What `fetch` sends. */
export interface TakenRequest extends RequestParts {
  readonly redirect: "follow" | "error" | "manual";
  /** Undefined when nothing can abort it. */
  readonly signal: AbortSignal | undefined;
}

/** Takes a request apart; its body counts as read. @throws TypeError when it was read before. */
export let takeRequest: (request: Request) => TakenRequest;

/** A request that the host has received: nothing is checked again, headers and signal are made when asked for. */
export let makeIncomingRequest: (parts: RequestParts) => {
  request: Request;
  abort: (reason?: unknown) => void;
};

/** `Request` of the Fetch standard. Members that mean something to browsers only have their default values. */
export class Request extends Body {
  readonly #state: RequestState;

  constructor(input: unknown, init?: RequestOptions) {
    if ((input as unknown) === INTERNAL) {
      const { body, state } = init as unknown as { body: BodySource; state: RequestState };
      super(body);
      this.#state = state;
      return;
    }
    const base =
      typeof input === "object" && input !== null && #state in input ? (input as Request) : undefined;
    const options = init ?? {};
    const method = options.method === undefined ? (base?.method ?? "GET") : normalizeMethod(options.method);
    const bodyless = method === "GET" || method === "HEAD";
    if (options.body !== undefined && options.body !== null && bodyless) throw bodyNotAllowed();
    const href = base === undefined ? parseUrl(input) : base.#state.url;
    const redirect = normalizeRedirect(options.redirect ?? base?.redirect ?? "follow");
    const signal = followSignals(options.signal, base?.signal);
    const headers = new Headers(options.headers ?? base?.headers);
    let source: BodySource = null;
    if (options.body !== undefined && options.body !== null) {
      const extracted = extractBody(options.body);
      source = extracted.source;
      addContentType(headers, extracted);
    } else if (base !== undefined && options.body === undefined) {
      source = takeBody(base);
      if (source !== null && bodyless) throw bodyNotAllowed();
    }
    super(source);
    this.#state = { url: href, method, headers, redirect, signal };
  }

  static {
    takeRequest = (request) => {
      const { url: href, method, redirect, signal } = request.#state;
      const body = takeBody(request);
      return { url: href, method, headerPairs: headerPairsOf(request.headers), redirect, signal, body };
    };
    makeIncomingRequest = ({ url: href, method, headerPairs, body }) => {
      const state: RequestState = {
        url: href,
        method,
        headers: headerPairs,
        redirect: "follow",
        signal: undefined,
      };
      const request = new Request(INTERNAL, { body, state } as RequestOptions);
      return {
        request,
        abort: (reason) => {
          state.signal ??= newSignal();
          signalAbort(state.signal, reason);
        },
      };
    };
  }

  get method(): string {
    return this.#state.method;
  }

  get url(): string {
    return this.#state.url;
  }

  get headers(): Headers {
    const state = this.#state;
    if (Array.isArray(state.headers)) state.headers = adoptHeaders(state.headers);
    return state.headers;
  }

  /** For an incoming request: aborts when the client goes away. */
  get signal(): AbortSignal {
    this.#state.signal ??= newSignal();
    return this.#state.signal;
  }

  get redirect(): "follow" | "error" | "manual" {
    return this.#state.redirect;
  }

  get destination(): string {
    return "";
  }

  get referrer(): string {
    return "about:client";
  }

  get referrerPolicy(): string {
    return "";
  }

  get mode(): string {
    return "cors";
  }

  get credentials(): string {
    return "same-origin";
  }

  get cache(): string {
    return "default";
  }

  get integrity(): string {
    return "";
  }

  get keepalive(): boolean {
    return false;
  }

  get duplex(): string {
    return "half";
  }

  get isHistoryNavigation(): boolean {
    return false;
  }

  get isReloadNavigation(): boolean {
    return false;
  }

  clone(): Request {
    const state = this.#state;
    const body = cloneBody(this);
    const signal = AbortSignal.any([this.signal]);
    return new Request(INTERNAL, {
      body,
      state: { ...state, headers: new Headers(this.headers), signal },
    } as RequestOptions);
  }

  get [Symbol.toStringTag](): string {
    return "Request";
  }
}

function normalizeMethod(method: unknown): string {
  const text = String(method);
  if (!TOKEN.test(text) || FORBIDDEN.test(text)) throw new TypeError(`'${text}' is not a valid HTTP method`);
  return UPPER_CASED.test(text) ? text.toUpperCase() : text;
}

function normalizeRedirect(redirect: string): "follow" | "error" | "manual" {
  if (redirect === "follow" || redirect === "error" || redirect === "manual") return redirect;
  throw new TypeError(`'${redirect}' is not a redirect mode (follow, error or manual)`);
}

function parseUrl(input: unknown): string {
  const parsed = new (url.get().URL)(String(input));
  if (parsed.username !== "" || parsed.password !== "") {
    throw new TypeError("A Request can't be made from a URL that holds credentials");
  }
  return parsed.href;
}

/** Undefined inherits, null breaks the tie to the original request's signal. */
function followSignals(
  own: AbortSignal | null | undefined,
  inherited: AbortSignal | undefined,
): AbortSignal | undefined {
  const source = own === undefined ? inherited : own;
  if (source === undefined || source === null) return undefined;
  return AbortSignal.any([source]);
}

function bodyNotAllowed(): TypeError {
  return new TypeError("Request with GET/HEAD method cannot have body.");
}
