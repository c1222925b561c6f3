/** What there is to say about one finished execution: logs, the request inspector and traces read the same record. */
export interface ExecutionRecord {
  /** `messages.js:send`, or `POST /postMessage` for an HTTP action. */
  readonly identifier: string;
  readonly kind: "query" | "mutation" | "action" | "any" | "http";
  /** Status of an HTTP response; null for other kinds. */
  readonly status: number | null;
  /** `[LOG] 'hi'` lines, in order. */
  readonly logLines: readonly string[];
  readonly durationMs: number;
  /** First line of the failure, or null. */
  readonly error: string | null;
}
