import type { LogLevel } from "../kernel/bridge.ts";

const MAX_LINES = 256;
const MAX_LINE_LENGTH = 32_768;

export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
}

/** Console lines of one execution, within the platform's limits. */
export class LogLines {
  readonly #lines: LogLine[] = [];
  readonly #onLine: ((line: LogLine) => void) | null;

  constructor(onLine: ((line: LogLine) => void) | null) {
    this.#onLine = onLine;
  }

  add(level: LogLevel, messages: readonly string[]): void {
    if (this.#lines.length >= MAX_LINES) return;
    if (this.#lines.length === MAX_LINES - 1) {
      this.#push({
        level: "ERROR",
        text: `Log overflow (maximum ${MAX_LINES}). Remaining log lines omitted.`,
      });
      return;
    }
    const text = messages.join(" ");
    this.#push({
      level,
      text:
        text.length > MAX_LINE_LENGTH ? `${text.slice(0, MAX_LINE_LENGTH)} (truncated due to length)` : text,
    });
  }

  /** Takes over the lines of a nested call. */
  append(other: LogLines): void {
    for (const line of other.#lines) this.add(line.level, [line.text]);
  }

  clear(): void {
    this.#lines.length = 0;
  }

  /** `[LOG] 'hi' 1` */
  formatted(): string[] {
    return this.#lines.map((line) => `[${line.level}] ${line.text}`);
  }

  #push(line: LogLine): void {
    this.#lines.push(line);
    this.#onLine?.(line);
  }
}
