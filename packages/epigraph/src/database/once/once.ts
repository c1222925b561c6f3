import type { Ticks } from "../../store/ticks.ts";
import type { SessionRequest } from "../sessions/session-requests.ts";
import type { Transaction } from "../transaction/transaction.ts";

/**
 * What a mutation is the one execution of, however often it is tried. A record in the database says how it ended,
 * written in the mutation's own transaction: there is no moment at which only one of both is durable.
 */
export type Once =
  | ({ readonly type: "session" } & SessionRequest)
  /** A scheduled function, by its id as apps know it. */
  | { readonly type: "job"; readonly id: string }
  /** A run of a cron, by the id of its document and what the document said then. */
  | { readonly type: "cron"; readonly id: string; readonly revision: number };

/** A console line, as far as records know it. */
export interface OnceLine {
  readonly level: string;
  readonly text: string;
}

/** How the mutation ended. */
export type OnceEnd<Line extends OnceLine> = {
  readonly lines: readonly Line[];
  readonly durationMs: number;
} & (
  | { readonly type: "success"; readonly json: string }
  /** @param error for the developer: message and frames. */
  | { readonly type: "error"; readonly error: string }
);

/** What an earlier execution came to. */
export interface OnceAnswer<Line extends OnceLine> {
  /** Encoded JSON text of the result. */
  readonly json: string;
  readonly lines: readonly Line[];
  readonly ts: Ticks;
}

export type OnceStart<Line extends OnceLine> =
  /** It must not run: it has, or is not wanted any more. */
  | { readonly type: "found"; readonly answer: OnceAnswer<Line> }
  | {
      readonly type: "run";
      /**
       * Leaves the end with the writes of the transaction.
       * @returns whether it is to be committed: a failure counts for some.
       */
      readonly end: (end: OnceEnd<Line>) => boolean;
    };

/** Nothing came of it, and nobody waits for an answer. */
export function notWanted<Line extends OnceLine>({ snapshotTs }: Transaction): OnceStart<Line> {
  return { type: "found", answer: { json: "null", lines: [], ts: snapshotTs } };
}
