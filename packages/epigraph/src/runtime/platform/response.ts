import { Blob } from "./blob.ts";
import { Body, extractBody } from "./body.ts";
import type { FormData } from "./form-data.ts";
import { Headers } from "./headers.ts";
import { makeBoundary } from "./request.ts";

interface ResponseOptions {
  status?: number;
  statusText?: string;
  headers?: ConstructorParameters<typeof Headers>[0];
}

export interface ResponseParts {
  readonly status: number;
  readonly headerPairs: [string, string][];
  readonly body: null | string | Uint8Array | ReadableStream<Uint8Array>;
}

export class Response {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly #body: Body;

  constructor(body?: unknown, options: ResponseOptions = {}) {
    const status = options.status === undefined ? 200 : Number(options.status);
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new RangeError(
        "Failed to construct 'Response': The status provided is outside the range [200, 599].",
      );
    }
    this.status = status;
    this.statusText = options.statusText === undefined ? "" : String(options.statusText);
    this.headers = new Headers(options.headers);
    const { content, type } = extractBody(body, makeBoundary);
    this.#body = new Body(content);
    if (type === null) return;
    // The boundary belongs to the body: a form's own type replaces one that was given.
    if (type.startsWith("multipart/form-data")) this.headers.set("content-type", type);
    else if (!this.headers.has("content-type")) this.headers.append("content-type", type);
  }

  static json(data: unknown, options: ResponseOptions = {}): Response {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError("The data is not JSON serializable");
    const response = new Response(text, options);
    response.headers.set("content-type", "application/json");
    return response;
  }

  static redirect(url: unknown, status = 302): Response {
    return new Response(null, { status, headers: { location: String(url) } });
  }

  static error(): Response {
    return new Response(null, { status: 500 });
  }

  /** Takes the response apart for the host; the body counts as read. */
  static split(response: Response): ResponseParts {
    return { status: response.status, headerPairs: [...response.headers], body: response.#body.take() };
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }
  get redirected(): boolean {
    return false;
  }
  get type(): string {
    return "default";
  }
  get url(): string {
    return "";
  }
  get body(): ReadableStream<Uint8Array> | null {
    return this.#body.stream;
  }
  get bodyUsed(): boolean {
    return this.#body.used;
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
  clone(): Response {
    return new Response(this.#body.tee().stream, {
      status: this.status,
      statusText: this.statusText,
      headers: this.headers,
    });
  }
  get [Symbol.toStringTag](): string {
    return "Response";
  }
}
