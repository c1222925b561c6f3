import type { LogLevel } from "../kernel/bridge.ts";

const MAX_LINES = 256;
const MAX_LINE_BYTES = 32_768;
/** Of a UTF-16 unit as UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** One console line, or a line that the host adds. */
export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
  /** Canonical path of the nested function that wrote it; null: the execution's own. */
  readonly path: string | null;
  /** When it was written, by the wall clock. */
  readonly timeMs: number;
  /** What the host means by a line of its own: `warning:TooManyReads`. */
  readonly code?: string | undefined;
}

/** A line of the host's own: what it warns of. */
export interface SystemLine {
  readonly code: string;
  readonly text: string;
}

/** Console lines of one execution, those of nested calls among them, within the platform's limits. */
export class LogLines {
  readonly #nowMs: () => number;
  readonly #onLine: (line: LogLine) => void;
  #lines: LogLine[] = [];

  /** @param onLine hears of each line as it is kept. */
  constructor(nowMs: () => number, onLine: (line: LogLine) => void = () => {}) {
    this.#nowMs = nowMs;
    this.#onLine = onLine;
  }

  get all(): readonly LogLine[] {
    return this.#lines;
  }

  add(level: LogLevel, text: string, path: string | null): void {
    this.take({ level, text, path, timeMs: this.#nowMs() });
  }

  /** Adds a line of the host's own, if there is one. */
  warn(line: SystemLine | null, path: string | null): void {
    if (line === null) return;
    this.take({ level: "WARN", text: line.text, path, timeMs: this.#nowMs(), code: line.code });
  }

  /** Adds a line as it was written elsewhere. */
  take(line: LogLine): void {
    if (this.#lines.length >= MAX_LINES) return;
    if (this.#lines.length === MAX_LINES - 1) {
      const overflow = `Log overflow (maximum ${MAX_LINES}). Remaining log lines omitted.`;
      this.#keep({ level: "ERROR", text: overflow, path: null, timeMs: line.timeMs });
      return;
    }
    const text = cut(line.text);
    this.#keep(text === line.text ? line : { ...line, text });
  }

  /** Has the lines of another execution, which were within the limits. */
  restore(lines: readonly LogLine[]): void {
    this.#lines = [...lines];
  }

  /** Forgets everything: the execution runs again. */
  clear(): void {
    this.#lines = [];
  }

  #keep(line: LogLine): void {
    this.#lines.push(line);
    this.#onLine(line);
  }
}

/** The text, or as many whole characters of it as fit. */
function cut(text: string): string {
  if (text.length * MAX_BYTES_PER_UNIT <= MAX_LINE_BYTES) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_LINE_BYTES) return text;
  let end = MAX_LINE_BYTES;
  while (isContinuation(bytes[end] as number)) end--;
  return `${bytes.toString("utf8", 0, end)} (truncated due to length)`;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
