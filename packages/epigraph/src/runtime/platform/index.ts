import { AbortController, AbortSignal } from "./abort-signal.ts";
import { atob, btoa } from "./base64-text.ts";
import { Blob, blobBytes, File, isBlob, newBlob } from "./blob.ts";
import { toStream } from "./body-source.ts";
import { HostBody } from "./body-stream.ts";
import { TextDecoder, TextDecoderStream, TextEncoder, TextEncoderStream } from "./codecs.ts";
import { Crypto, newCrypto } from "./crypto/crypto.ts";
import { DOMException } from "./dom-exception.ts";
import { Event, EventTarget } from "./events.ts";
import { fetch } from "./fetch.ts";
import { FormData } from "./form-data.ts";
import { type HeaderPairs, Headers } from "./headers.ts";
import { type PlatformHost, setPlatformHost } from "./host.ts";
import { defineGlobal, defineLazyGlobal, defineLocalGlobal, named } from "./lazy.ts";
import { streams, subtle, url } from "./lazy-parts.ts";
import {
  newPerformance,
  Performance,
  PerformanceEntry,
  PerformanceMark,
  PerformanceMeasure,
} from "./performance.ts";
import { makeIncomingRequest, Request, type RequestOptions } from "./request.ts";
import { isResponse, Response, takeResponse } from "./response.ts";
import { structuredClone } from "./structured-clone.ts";

export type { PlatformHost } from "./host.ts";

/** A request as the host received it. */
export interface IncomingRequest {
  /** Absolute and normalised; not parsed again. */
  readonly url: string;
  readonly method: string;
  /** Lower-case names and valid values, in the order received; the array belongs to the request afterwards. */
  readonly headerPairs: HeaderPairs;
  /** Bytes, which belong to the request afterwards, or the exchange that brings them (`PlatformHost.readBody`). */
  readonly body: null | Uint8Array | { readonly exchange: number };
}

/** A response as the host sends it: text or bytes when they are known, else the stream. */
export interface OutgoingResponse {
  readonly status: number;
  readonly headerPairs: HeaderPairs;
  readonly body: null | string | Uint8Array | ReadableStream;
}

/** What the kernel may do with the classes beyond their public members. */
export interface PlatformHooks {
  /** A `Request` without any validation; headers, signal and body stream are made when asked for. */
  makeRequest(init: IncomingRequest): { request: globalThis.Request; abort(reason?: unknown): void };
  isResponse(value: unknown): boolean;
  /**
   * Takes a response apart; its body counts as read. A content type is there if the body implies one, a content
   * length only if the app set it.
   * @throws TypeError when it is no `Response`, or its body was read before.
   */
  splitResponse(response: unknown): OutgoingResponse;
  /** What a `Blob` holds, which must not be written to; null for what is none. */
  takeBlob(value: unknown): { readonly bytes: Uint8Array; readonly type: string } | null;
  /** A `Blob` over bytes that nobody else will change. */
  makeBlob(bytes: Uint8Array, type: string): unknown;
  /** `fetch` of the Fetch standard, for whoever may use it. */
  fetch(input: unknown, init: unknown): Promise<globalThis.Response>;
}

const EAGER: Readonly<Record<string, object>> = {
  AbortController,
  AbortSignal,
  Blob,
  Crypto,
  DOMException,
  Event,
  EventTarget,
  File,
  FormData,
  Headers,
  Performance,
  PerformanceEntry,
  PerformanceMark,
  PerformanceMeasure,
  Request,
  Response,
  TextDecoder,
  TextDecoderStream,
  TextEncoder,
  TextEncoderStream,
  atob,
  btoa,
  structuredClone,
};

const STREAMS = [
  "ReadableStream",
  "ReadableStreamBYOBReader",
  "ReadableStreamDefaultReader",
  "TransformStream",
  "WritableStream",
  "WritableStreamDefaultWriter",
] as const;

/** A method of the global object as an event target. */
function globalEventMethod(
  name: "addEventListener" | "removeEventListener" | "dispatchEvent",
  host: PlatformHost,
): unknown {
  const run = (...args: readonly unknown[]): unknown => {
    const events = host.local(EventTarget, () => new EventTarget());
    return (events[name] as (...args: readonly unknown[]) => unknown)(...args);
  };
  return named(name, run);
}

/** Installs the web platform as non-enumerable globals of a bare realm. Calls nothing of the host while it does. */
export function installPlatform(global: typeof globalThis, host: PlatformHost): PlatformHooks {
  setPlatformHost(host);
  for (const [name, value] of Object.entries(EAGER)) defineGlobal(global, name, named(name, value));
  for (const name of STREAMS) defineLazyGlobal(global, name, () => named(name, streams.get()[name]));
  for (const name of ["URL", "URLSearchParams"] as const)
    defineLazyGlobal(global, name, () => named(name, url.get()[name]));
  for (const name of ["CryptoKey", "SubtleCrypto"] as const)
    defineLazyGlobal(global, name, () => named(name, subtle.get()[name]));
  defineGlobal(global, "self", global);
  defineGlobal(global, "crypto", newCrypto());
  // Marks and listeners are those of one execution.
  defineLocalGlobal(global, "performance", () => host.local(Performance, newPerformance));
  for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"] as const) {
    defineGlobal(global, name, globalEventMethod(name, host));
  }
  return {
    makeRequest: ({ body, ...head }) => {
      const source = body === null || body instanceof Uint8Array ? body : new HostBody(body.exchange);
      return makeIncomingRequest({ ...head, body: source }) as unknown as ReturnType<
        PlatformHooks["makeRequest"]
      >;
    },
    isResponse,
    splitResponse: (response) => {
      if (!isResponse(response)) throw new TypeError("Not a Response");
      const { body, ...head } = takeResponse(response);
      return { ...head, body: body instanceof HostBody ? toStream(body) : body };
    },
    takeBlob: (value) => (isBlob(value) ? { bytes: blobBytes(value), type: value.type } : null),
    makeBlob: newBlob,
    fetch: (input, init) =>
      fetch(input, init as RequestOptions) as unknown as ReturnType<PlatformHooks["fetch"]>,
  };
}
