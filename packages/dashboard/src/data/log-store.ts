import { useSyncExternalStore } from "react";
import type { AdminApi } from "./admin-api.ts";

/** A console line, as the feed of the deployment has it. */
export interface ConsoleLine {
  readonly messages: readonly string[];
  readonly isTruncated: boolean;
  /** In milliseconds. */
  readonly timestamp: number;
  readonly level: "DEBUG" | "INFO" | "LOG" | "WARN" | "ERROR";
  readonly udfPath?: string;
}

/** What the feed tells of an execution: its end, or lines of one that runs. Times in seconds. */
export interface LogEntry {
  readonly kind: "Completion" | "Progress";
  readonly udfType: "Query" | "Mutation" | "Action" | "HttpAction";
  readonly identifier: string;
  readonly timestamp: number;
  readonly logLines: readonly ConsoleLine[];
  readonly requestId: string;
  /** Unique in its request. */
  readonly executionId: string;
  readonly parentExecutionId?: string | null;
  /** The request that has scheduled this one. */
  readonly scheduledByRequestId?: string;
  /** What kind of caller it was: `HttpApi`, `Scheduler`, … */
  readonly caller?: string;
  /** Whether it did not run: its result was there already. */
  readonly cachedResult?: boolean;
  readonly executionTime?: number;
  readonly success?: { readonly status: string } | null;
  readonly error?: string | null;
  readonly environment?: string;
  readonly identityType?: string;
  readonly usageStats?: Readonly<Record<string, number>>;
}

/** One row of the log. */
export interface LogRow {
  readonly id: number;
  /** In milliseconds. */
  readonly timeMs: number;
  readonly entry: LogEntry;
  /** Null: the end of the execution. */
  readonly line: ConsoleLine | null;
}

export interface LogState {
  readonly rows: readonly LogRow[];
  readonly completions: readonly LogEntry[];
  readonly failure: string | null;
}

const MAX_ROWS = 20_000;
const MAX_COMPLETIONS = 5_000;
/** Entries are shown this often at most, however fast they come. */
const SHOW_EVERY_MS = 100;
const RETRY_MS = 2_000;

/** Follows the log of the deployment while the dashboard is open, so that every view shows the same. */
export class LogStore {
  readonly #api: AdminApi;
  readonly #listeners = new Set<() => void>();
  #state: LogState = { rows: [], completions: [], failure: null };
  #pending: LogEntry[] = [];
  #showTimer: ReturnType<typeof setTimeout> | null = null;
  #abort: AbortController | null = null;
  #cursor = 0;
  #nextId = 0;

  constructor(api: AdminApi) {
    this.#api = api;
  }

  start(): void {
    this.#abort = new AbortController();
    void this.#follow(this.#abort.signal);
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): LogState => this.#state;

  clear(): void {
    this.#set({ ...this.#state, rows: [] });
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const { entries, newCursor } = await this.#api.get<{
          readonly entries: readonly LogEntry[];
          readonly newCursor: number;
        }>(`/api/stream_function_logs?cursor=${this.#cursor}`, signal);
        this.#cursor = newCursor;
        this.#pending.push(...entries);
        this.#showTimer ??= setTimeout(() => this.#show(), this.#state.rows.length === 0 ? 0 : SHOW_EVERY_MS);
      } catch (error) {
        if (signal.aborted) return;
        this.#set({ ...this.#state, failure: (error as Error).message });
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #show(): void {
    this.#showTimer = null;
    const entries = this.#pending;
    this.#pending = [];
    const rows = entries.flatMap((entry) => this.#rowsOf(entry));
    const ended = entries.filter(({ kind }) => kind === "Completion");
    this.#set({
      rows: [...this.#state.rows, ...rows].slice(-MAX_ROWS),
      completions: [...this.#state.completions, ...ended].slice(-MAX_COMPLETIONS),
      failure: null,
    });
  }

  #rowsOf(entry: LogEntry): LogRow[] {
    const rows: LogRow[] = entry.logLines.map((line) => ({
      id: this.#nextId++,
      timeMs: line.timestamp,
      entry,
      line,
    }));
    if (entry.kind === "Completion") {
      rows.push({ id: this.#nextId++, timeMs: entry.timestamp * 1000, entry, line: null });
    }
    return rows;
  }

  #set(state: LogState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

export function useLogs(store: LogStore): LogState {
  return useSyncExternalStore(store.subscribe, store.get);
}
