import { type Blob, newBlob } from "./blob.ts";
import { type BodySource, isStream, readAll, toStream } from "./body-source.ts";
import { HostBody } from "./body-stream.ts";
import { toArrayBuffer } from "./bytes.ts";
import { utf8Decode } from "./codecs.ts";
import type { FormData } from "./form-data.ts";
import type { Headers } from "./headers.ts";
import { parseForm } from "./parse-form.ts";

/** Takes the body out for another owner; it counts as read afterwards. @throws TypeError when it was read already. */
export let takeBody: (body: Body) => BodySource;
/** A source for a second, independent body. @throws TypeError when the body was read already. */
export let cloneBody: (body: Body) => BodySource;

/**
 * The Body mixin of the Fetch standard. Text and bytes in memory are answered without a stream; a stream object exists
 * only once `body` has been asked for.
 */
export abstract class Body {
  abstract readonly headers: Headers;
  #source: BodySource;
  #stream: ReadableStream<Uint8Array> | undefined;
  #used = false;

  constructor(source: BodySource) {
    this.#source = source;
    if (isStream(source)) this.#stream = source;
  }

  static {
    takeBody = (body) => body.#take();
    cloneBody = (body) => {
      if (body.#used || (body.#stream !== undefined && isUnusable(body.#stream))) throw alreadyRead();
      if (body.#stream === undefined && !(body.#source instanceof HostBody)) return body.#source;
      const [mine, other] = (body.body as ReadableStream<Uint8Array>).tee();
      body.#stream = mine;
      return other;
    };
  }

  /** The body as a stream; asking again gives the same object. */
  get body(): ReadableStream<Uint8Array> | null {
    if (this.#source === null) return null;
    this.#stream ??= toStream(this.#source);
    return this.#stream;
  }

  get bodyUsed(): boolean {
    return this.#used || (this.#stream !== undefined && isDisturbed(this.#stream));
  }

  async text(): Promise<string> {
    const source = this.#take();
    return textInMemory(source) ?? utf8Decode(await readAll(source));
  }

  /** @throws SyntaxError for an empty body, too. */
  async json(): Promise<unknown> {
    const source = this.#take();
    return JSON.parse(textInMemory(source) ?? utf8Decode(await readAll(source)));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return toArrayBuffer(await readAll(this.#take()));
  }

  async bytes(): Promise<Uint8Array> {
    return (await readAll(this.#take())).slice();
  }

  async blob(): Promise<Blob> {
    const bytes = await readAll(this.#take());
    return newBlob(bytes, this.headers.get("content-type") ?? "");
  }

  /** Multipart and urlencoded bodies. @throws TypeError for any other content type. */
  async formData(): Promise<FormData> {
    return parseForm(this.headers.get("content-type"), this.#take());
  }

  #take(): BodySource {
    if (this.#source === null) return null;
    if (this.#used || (this.#stream !== undefined && isUnusable(this.#stream))) throw alreadyRead();
    this.#used = true;
    return this.#stream ?? this.#source;
  }
}

/** Undefined for a body that has to be awaited: the common kinds cost no extra turn of the microtask queue. */
function textInMemory(source: BodySource): string | undefined {
  if (source === null) return "";
  if (typeof source === "string") return source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  return source instanceof Uint8Array ? utf8Decode(source) : undefined;
}

function alreadyRead(): TypeError {
  return new TypeError("body stream already read");
}

function isDisturbed(stream: ReadableStream): boolean {
  // The standard's [[disturbed]] slot; the streams library keeps it as a plain property and has no public accessor.
  return (stream as unknown as { _disturbed: boolean })._disturbed;
}

function isUnusable(stream: ReadableStream): boolean {
  return stream.locked || isDisturbed(stream);
}
