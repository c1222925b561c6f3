import type { CallRecord } from "../../runtime/runner/call-record.ts";
import type { LogLine } from "../../runtime/runner/log-lines.ts";

export type HeaderPairs = readonly (readonly [string, string])[];

/** Bytes of a body, as far as they are kept. */
export interface RecordedBody {
  /** As text where it is valid UTF-8, else in base64. */
  readonly text: string;
  readonly isBase64: boolean;
  /** Of the whole body, as far as it was read. */
  readonly bytes: number;
  readonly isCut: boolean;
}

export type RecordedEnd = "running" | "response" | "noRoute" | "notEnabled" | "error" | "fault";

/** A console line of the request. */
export interface RecordedLine extends Pick<LogLine, "level" | "text" | "path"> {
  /** Since its function began. */
  readonly atMs: number;
}

/** What the function of a request called, and how long the request had waited until it began. */
export interface RecordedRun extends CallRecord {
  readonly waitedMs: number;
}

/** A request to an HTTP action, and what became of it. Secrets in headers are masked. */
export interface RecordedRequest {
  readonly id: number;
  readonly requestId: string;
  /** Wall clock in milliseconds. */
  readonly startMs: number;
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderPairs;
  readonly body: RecordedBody;
  /** `POST /postMessage`; null where no route matched, or before that is known. */
  readonly route: string | null;
  readonly end: RecordedEnd;
  readonly status: number | null;
  readonly responseHeaders: HeaderPairs;
  readonly responseBody: RecordedBody;
  /** Until the head of the response; null before. */
  readonly durationMs: number | null;
  /** What it failed with; null where it did not. */
  readonly error: string | null;
  /** Null until its function has ended, and where its runner was lost. */
  readonly run: RecordedRun | null;
  readonly lines: readonly RecordedLine[];
  /** Id of the request that it repeats; null for one that came from outside. */
  readonly replayOf: number | null;
}

/** What lists of requests show of each. */
export type RequestSummary = Pick<
  RecordedRequest,
  "id" | "requestId" | "startMs" | "method" | "url" | "route" | "end" | "status" | "durationMs" | "replayOf"
>;
