import { hash } from "node:crypto";
import type { IndexReads } from "../../database/commit-request.ts";
import type { LogLine } from "../../runtime/runner/log-lines.ts";
import type { QueryTrace } from "../../runtime/runner/query-trace.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { FunctionError, FunctionOutcome } from "../calls.ts";

/** What a query came to. */
export type QueryOutcome =
  | { readonly status: "success" /** Encoded JSON text. */; readonly value: string }
  | {
      readonly status: "error";
      readonly error: FunctionError /** Of the run that failed. */;
      readonly requestId: string;
    };

const BYTES_OF_RANGE = 200;
const BYTES_OF_RESULT = 500;
/** Beside its text, which is there twice. */
const BYTES_OF_LINE = 200;

/**
 * The result of one run of a query, valid from the timestamp that it was read at until before the first commit that
 * touched what it read. Shared by all who asked for the same.
 */
export class QueryResult {
  /** Of the function. */
  readonly path: string;
  /** Read at this timestamp. */
  readonly ts: Ticks;
  /** When it was read, on the clock that functions see. */
  readonly madeAtMs: number;
  readonly logLines: readonly string[];
  /** The same, as records have them. */
  readonly lines: readonly LogLine[];
  readonly trace: QueryTrace;
  /** Whom it was made for; null where it is everybody's, for the function did not look. */
  readonly identity: string | null;
  readonly isFailure: boolean;
  /** About, in memory, without the value. */
  readonly ownBytes: number;
  /** The value alone. */
  readonly valueBytes: number;
  #outcome: QueryOutcome | null;
  #fingerprint: string | null = null;
  #until: Ticks | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(
    {
      outcome,
      trace,
      lines,
    }: { readonly outcome: FunctionOutcome; readonly trace: QueryTrace; readonly lines: readonly LogLine[] },
    run: {
      readonly path: string;
      readonly ts: Ticks;
      readonly madeAtMs: number;
      readonly requestId: string;
      readonly identity: string;
    },
  ) {
    const { path, ts, madeAtMs, requestId } = run;
    this.path = path;
    this.ts = ts;
    this.madeAtMs = madeAtMs;
    this.trace = trace;
    this.logLines = outcome.logLines;
    this.lines = lines;
    this.isFailure = outcome.status === "error";
    this.#outcome =
      outcome.status === "success"
        ? { status: "success", value: outcome.value }
        : { status: "error", error: outcome.error, requestId };
    this.identity = trace.readsIdentity ? run.identity : null;
    this.ownBytes = ownBytes(trace, outcome.logLines);
    this.valueBytes = 2 * textOf(this.#outcome).length;
  }

  /** Null once it was let go of. */
  get outcome(): QueryOutcome | null {
    return this.#outcome;
  }

  get reads(): readonly IndexReads[] {
    return this.trace.reads;
  }

  /** No commit that was told has touched what it read. */
  get isCurrent(): boolean {
    return this.#until === null;
  }

  get isHeld(): boolean {
    return this.#listeners.size > 0;
  }

  isValidAt(ts: Ticks): boolean {
    return ts >= this.ts && (this.#until === null || ts < this.#until);
  }

  /** Equal for results that look the same to a client: value and console lines, or failure and console lines. */
  get fingerprint(): string {
    this.#fingerprint ??= fingerprintOf(this.#outcome as QueryOutcome, this.logLines);
    return this.#fingerprint;
  }

  /** Lets go of the value; what it depends on and what it looks like stay known. */
  strip(): void {
    void this.fingerprint;
    this.#outcome = null;
  }

  /** A commit at `ts` touched what it read. Those who subscribed are told by `tell`. */
  end(ts: Ticks): void {
    this.#until ??= ts;
  }

  tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** @param listener called when it has ended. @returns what takes it back. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

function ownBytes({ reads, journal }: QueryTrace, logLines: readonly string[]): number {
  let bytes = BYTES_OF_RESULT + 2 * (journal?.length ?? 0);
  for (const line of logLines) bytes += BYTES_OF_LINE + 2 * line.length;
  for (const { ranges } of reads) bytes += BYTES_OF_RANGE * ranges.length;
  return bytes;
}

function textOf(outcome: QueryOutcome): string {
  if (outcome.status === "success") return `V${outcome.value}`;
  const { message, frames, data } = outcome.error;
  return `E${JSON.stringify([message, frames, data])}`;
}

function fingerprintOf(outcome: QueryOutcome, logLines: readonly string[]): string {
  const lines = logLines.length === 0 ? "" : `\n${JSON.stringify(logLines)}`;
  return hash("sha256", textOf(outcome) + lines, "base64");
}
