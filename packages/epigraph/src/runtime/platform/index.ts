import "./text-bootstrap.ts";
import * as ponyfill from "web-streams-polyfill";
import { Blob, File } from "./blob.ts";
import { Body } from "./body.ts";
import { structuredClone } from "./clone.ts";
import { makeCrypto } from "./crypto.ts";
import { AbortController, AbortSignal, DOMException, Event, EventTarget, setAbortTimers } from "./events.ts";
import { FormData } from "./form-data.ts";
import { Headers } from "./headers.ts";
import { Request, setBoundarySource } from "./request.ts";
import { Response, type ResponseParts } from "./response.ts";
import { atob, btoa, TextDecoder, TextEncoder } from "./text.ts";
import { URL, URLSearchParams } from "./url.ts";

/** What the web platform needs from the realm's kernel; every call acts for the current execution. */
export interface PlatformHost {
  /** Seeded in queries and mutations, true randomness in actions. */
  fillRandom(bytes: Uint8Array): void;
  /** Next chunk of an incoming body, null at its end; rejects when the upload broke. */
  readBody(bodyId: number): Promise<Uint8Array | null>;
  cancelBody(bodyId: number): void;
  performanceNow(): number;
  readonly timeOrigin: number;
  setTimeout(callback: () => void, ms: number): number;
  digest(algorithm: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512", data: Uint8Array): Uint8Array;
}

export interface IncomingRequest {
  readonly url: string;
  readonly method: string;
  readonly headerPairs: [string, string][];
  readonly body: null | Uint8Array | { readonly bodyId: number };
}

export interface PlatformHooks {
  makeRequest(parts: IncomingRequest): {
    readonly request: unknown;
    readonly abort: (reason?: unknown) => void;
  };
  isResponse(value: unknown): boolean;
  /** Text and bytes as they are, anything else as a stream; the body counts as read. */
  splitResponse(response: unknown): ResponseParts;
}

/** Installs the web platform's globals into a bare realm. */
export function installPlatform(global: typeof globalThis, host: PlatformHost): PlatformHooks {
  setBoundarySource((bytes) => host.fillRandom(bytes));
  setAbortTimers(host);
  const globals: Record<string, unknown> = {
    self: global,
    Headers,
    Request,
    Response,
    FormData,
    Blob,
    File,
    URL,
    URLSearchParams,
    Event,
    EventTarget,
    AbortController,
    AbortSignal,
    DOMException,
    TextEncoder,
    TextDecoder,
    atob,
    btoa,
    structuredClone,
    crypto: makeCrypto(host),
    performance: { now: () => host.performanceNow(), timeOrigin: host.timeOrigin },
    ReadableStream: ponyfill.ReadableStream,
    ReadableStreamDefaultReader: ponyfill.ReadableStreamDefaultReader,
    ReadableStreamBYOBReader: ponyfill.ReadableStreamBYOBReader,
    WritableStream: ponyfill.WritableStream,
    WritableStreamDefaultWriter: ponyfill.WritableStreamDefaultWriter,
    TransformStream: ponyfill.TransformStream,
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(global, name, { value, writable: true, configurable: true, enumerable: false });
  }
  return {
    makeRequest({ url, method, headerPairs, body }) {
      const content =
        body !== null && "bodyId" in body
          ? { pull: () => host.readBody(body.bodyId), cancel: () => host.cancelBody(body.bodyId) }
          : body;
      const request = Request.incoming({ url, method, pairs: headerPairs, body: new Body(content) });
      return { request, abort: (reason) => Request.abort(request, reason) };
    },
    isResponse: (value) => value instanceof Response,
    splitResponse: (response) => Response.split(response as Response),
  };
}
