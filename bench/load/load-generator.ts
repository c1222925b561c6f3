import type { HttpRequest } from "./workloads.ts";

export interface LoadOptions {
  /** Where the server listens, without a path. */
  readonly url: string;
  /** Sent in turn, over and over. */
  readonly requests: readonly HttpRequest[];
  /** Each sends its next request when the last one is answered. */
  readonly connections: number;
  /** A whole number. */
  readonly seconds: number;
  /** Ends the run, which then rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

export interface LoadOutcome {
  /** Responses with a status that says success. */
  readonly answered: number;
  /** Responses with another status, and requests whose connection failed or that took too long. */
  readonly failed: number;
  /** How long it took in fact. */
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Sends requests from a process of its own. When the time is over it drops up to one request a connection, which
 * the server may have carried out: they count neither as answered nor as failed.
 */
export interface LoadGenerator {
  /** Name and version. */
  readonly name: string;
  run(options: LoadOptions): Promise<LoadOutcome>;
}
