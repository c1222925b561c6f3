import { Blob, bytesOf } from "./blob.ts";
import { encodeMultipart, FormData, parseForm } from "./form-data.ts";
import { streamFrom, streamOf } from "./streams.ts";
import { URLSearchParams } from "./url.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/** A body that lives at the host and arrives in chunks. */
export interface IncomingBody {
  readonly pull: () => Promise<Uint8Array | null>;
  readonly cancel: () => void;
}

type Content = null | string | Uint8Array | IncomingBody | ReadableStream<Uint8Array>;

export interface ExtractedBody {
  readonly content: Content;
  readonly type: string | null;
}

/** Turns what a constructor was given into a body and its default content type. */
export function extractBody(init: unknown, boundary: () => string): ExtractedBody {
  if (init === null || init === undefined) return { content: null, type: null };
  if (typeof init === "string") return { content: init, type: "text/plain;charset=UTF-8" };
  if (init instanceof Blob)
    return { content: Blob.contents(init), type: init.type === "" ? null : init.type };
  if (init instanceof ArrayBuffer || ArrayBuffer.isView(init)) return { content: bytesOf(init), type: null };
  if (init instanceof FormData) {
    const mark = boundary();
    return { content: encodeMultipart(init, mark), type: `multipart/form-data; boundary=${mark}` };
  }
  if (init instanceof URLSearchParams) return { content: init.toString(), type: null };
  if (isStream(init)) return { content: init, type: null };
  return { content: String(init), type: "text/plain;charset=UTF-8" };
}

export function isStream(value: unknown): value is ReadableStream<Uint8Array> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { getReader?: unknown }).getReader === "function"
  );
}

/** A body with its one-time readers. In-memory content is read without ever making a stream. */
export class Body {
  #content: Content;
  #stream: ReadableStream<Uint8Array> | null = null;
  #used = false;

  constructor(content: Content) {
    this.#content = content;
  }

  get empty(): boolean {
    return this.#content === null;
  }

  get used(): boolean {
    return this.#used || (this.#stream as { locked?: boolean } | null)?.locked === true;
  }

  get stream(): ReadableStream<Uint8Array> | null {
    if (this.#content === null) return null;
    if (this.#stream === null) {
      const content = this.#content;
      this.#stream =
        typeof content === "string"
          ? streamOf(encodeUtf8(content))
          : content instanceof Uint8Array
            ? streamOf(content)
            : isStream(content)
              ? content
              : streamFrom(content.pull, content.cancel);
    }
    return this.#stream;
  }

  /** What leaves for the host: text and bytes as they are, anything else as a stream. */
  take(): null | string | Uint8Array | ReadableStream<Uint8Array> {
    if (this.used) throw new TypeError("body stream already read");
    this.#used = true;
    if (this.#stream !== null) return this.#stream;
    const content = this.#content;
    return content === null || typeof content === "string" || content instanceof Uint8Array
      ? content
      : this.stream;
  }

  async text(): Promise<string> {
    const content = this.#takeKnown();
    if (typeof content === "string") return content;
    return decodeUtf8(content ?? (await this.#readAll()));
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const content = this.#takeKnown();
    if (typeof content === "string") return encodeUtf8(content);
    return content === null ? await this.#readAll() : (content.slice() as Uint8Array<ArrayBuffer>);
  }

  async formData(contentType: string | null): Promise<FormData> {
    return parseForm(
      await this.bytes(),
      contentType,
      (query) => new URLSearchParams(query) as unknown as Iterable<[string, string]>,
    );
  }

  /** Copies an unread body for `clone()`. */
  tee(): Body {
    if (this.used) throw new TypeError("body stream already read");
    if (this.#content === null || typeof this.#content === "string" || this.#content instanceof Uint8Array)
      return new Body(this.#content);
    const [mine, other] = (this.stream as ReadableStream<Uint8Array>).tee();
    this.#content = mine;
    this.#stream = mine;
    return new Body(other);
  }

  #takeKnown(): string | Uint8Array | null {
    if (this.used) throw new TypeError("body stream already read");
    this.#used = true;
    const content = this.#content;
    if (this.#stream !== null) return null;
    if (content === null) return "";
    return typeof content === "string" || content instanceof Uint8Array ? content : null;
  }

  async #readAll(): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const add = (chunk: Uint8Array): void => {
      chunks.push(chunk);
      length += chunk.length;
    };
    const content = this.#content as IncomingBody | ReadableStream<Uint8Array>;
    if (this.#stream === null && !isStream(content)) {
      for (let chunk = await content.pull(); chunk !== null; chunk = await content.pull()) add(chunk);
    } else {
      const reader = (this.stream as ReadableStream<Uint8Array>).getReader();
      for (let step = await reader.read(); !step.done; step = await reader.read()) add(bytesOf(step.value));
    }
    const all = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}
