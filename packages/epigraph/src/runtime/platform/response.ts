import { Body, cloneBody, takeBody } from "./body.ts";
import { addContentType, type BodySource, extractBody } from "./body-source.ts";
import { adoptHeaders, type HeaderPairs, Headers, headerPairsOf } from "./headers.ts";
import { url } from "./lazy-parts.ts";

const INTERNAL = Symbol("internal");
/** Anything but a "reason-phrase" (RFC 9112). */
const BAD_STATUS_TEXT = /[^\t\x20-\x7e\x80-\xff]/;

interface ResponseState {
  readonly status: number;
  readonly statusText: string;
  headers: Headers;
  readonly type: "basic" | "default" | "error";
  readonly url: string;
  readonly redirected: boolean;
}

interface ResponseOptions {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: unknown;
}

/** A response as the host sends it. */
export interface ResponseParts {
  readonly status: number;
  readonly headerPairs: HeaderPairs;
  readonly body: BodySource;
}

export interface FetchedParts extends ResponseParts {
  readonly statusText: string;
  readonly url: string;
  readonly redirected: boolean;
}

export let isResponse: (value: unknown) => value is Response;
/** The answer to a request of `fetch`: nothing of it is checked. */
export let makeFetchedResponse: (parts: FetchedParts) => Response;
/** Takes a response apart for the host; its body counts as read. @throws TypeError when it was read before. */
export let takeResponse: (response: Response) => ResponseParts;

/**
 * `Response` of the Fetch standard, without its refusal of a body for 204, 205 and 304 (the host drops it on the wire).
 */
export class Response extends Body {
  readonly #state: ResponseState;

  constructor(body?: unknown, init?: ResponseOptions) {
    if (body === INTERNAL) {
      const internal = init as unknown as { source: BodySource; state: ResponseState };
      super(internal.source);
      this.#state = internal.state;
      return;
    }
    const status = init?.status === undefined ? 200 : checkStatus(init.status);
    const statusText = init?.statusText === undefined ? "" : String(init.statusText);
    if (BAD_STATUS_TEXT.test(statusText)) throw new TypeError("Invalid response status text");
    const headers = new Headers(init?.headers);
    const extracted = extractBody(body);
    addContentType(headers, extracted);
    super(extracted.source);
    this.#state = { status, statusText, headers, type: "default", url: "", redirected: false };
  }

  static {
    isResponse = (value): value is Response => typeof value === "object" && value !== null && #state in value;
    makeFetchedResponse = ({ body, headerPairs, ...parts }) => {
      const state: ResponseState = { ...parts, headers: adoptHeaders(headerPairs), type: "basic" };
      return new Response(INTERNAL, { source: body, state } as ResponseOptions);
    };
    takeResponse = (response) => ({
      status: response.#state.status,
      headerPairs: headerPairsOf(response.#state.headers),
      body: takeBody(response),
    });
  }

  /** A JSON response. @throws TypeError for a value without JSON text, such as undefined. */
  static json(data: unknown, init?: ResponseOptions): Response {
    const text = JSON.stringify(data) as string | undefined;
    if (text === undefined) throw new TypeError("The value has no JSON representation");
    const response = new Response(text, init);
    response.headers.set("content-type", "application/json");
    return response;
  }

  static redirect(location: unknown, status = 302): Response {
    const text = String(location);
    // The standard resolves against the page's address; a server has none, so relative references stay as they are.
    const { URL } = url.get();
    const href = URL.canParse(text) ? new URL(text).href : text;
    return new Response(null, { status, headers: { location: href } });
  }

  static error(): Response {
    const state: ResponseState = {
      status: 500,
      statusText: "",
      headers: new Headers(),
      type: "error",
      url: "",
      redirected: false,
    };
    return new Response(INTERNAL, { source: null, state } as ResponseOptions);
  }

  get type(): "basic" | "default" | "error" {
    return this.#state.type;
  }

  get url(): string {
    return this.#state.url;
  }

  get redirected(): boolean {
    return this.#state.redirected;
  }

  get status(): number {
    return this.#state.status;
  }

  get ok(): boolean {
    return this.#state.status >= 200 && this.#state.status <= 299;
  }

  get statusText(): string {
    return this.#state.statusText;
  }

  get headers(): Headers {
    return this.#state.headers;
  }

  clone(): Response {
    const source = cloneBody(this);
    return new Response(INTERNAL, {
      source,
      state: { ...this.#state, headers: new Headers(this.headers) },
    } as ResponseOptions);
  }

  get [Symbol.toStringTag](): string {
    return "Response";
  }
}

function checkStatus(value: unknown): number {
  const status = Number(value);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(
      "Failed to construct 'Response': The status provided is outside the range [200, 599].",
    );
  }
  return status;
}
