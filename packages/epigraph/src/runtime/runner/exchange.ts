import type { IncomingBody, SinkAnswer } from "./action-frame.ts";

/** A request of app code on its way out. */
export interface OutgoingRequest {
  /** Absolute, `http:` or `https:`, without credentials and fragment. */
  readonly url: string;
  readonly method: string;
  /** Lower-case names, in order; a name may be there several times. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: OutgoingBody;
}

export type OutgoingBody =
  | { readonly type: "none" }
  | { readonly type: "whole"; readonly bytes: Uint8Array }
  /** It follows in chunks. */
  | { readonly type: "stream"; readonly lengthBytes: number | null };

/** The head of the answer to such a request. */
export interface ExchangeHead {
  readonly status: number;
  readonly statusText: string;
  /** Lower-case names, in the order received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** False where there can be none, as for HEAD. */
  readonly hasBody: boolean;
}

/** Bytes that go between app code and something outside, in one direction or both. */
export interface Transfer {
  /** What comes in. */
  readonly body: IncomingBody;
  /** True once nothing more comes or goes, whether or not the body was read. */
  readonly isOver: boolean;
  /** A chunk of what goes out. */
  chunk(bytes: Uint8Array, onRoom: () => void): SinkAnswer;
  /** What goes out is complete. */
  end(): void;
  /** Nothing of it is wanted any more. */
  cancel(): void;
}

/**
 * One request and the answer to it: a redirect is an answer like any other. Its body comes with any content coding
 * undone.
 */
export interface Exchange extends Transfer {
  /** Rejects with an error whose message is the network's reason. */
  readonly head: Promise<ExchangeHead>;
}

/** Sends a request. Never throws: what is wrong shows in the head. */
export type StartExchange = (request: OutgoingRequest) => Exchange;
