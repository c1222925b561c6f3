import type { CliIo } from "./io.ts";

/** Goes to the start of the line and clears it. */
const CLEAR = "\r\x1b[2K";

/**
 * One line at the end of what a terminal shows, drawn over and over, and taken away at the end. Where standard error is
 * no terminal nothing of it is written.
 */
export class StatusLine {
  readonly #io: CliIo;
  #text = "";

  constructor(io: CliIo) {
    this.#io = io;
  }

  /** @param text without styles, cut where the terminal ends: a line that wraps could not be cleared. */
  show(text: string): void {
    const { columns } = this.#io;
    if (columns === null) return;
    this.#text = text.length < columns ? text : `${text.slice(0, columns - 2)}…`;
    this.#io.stderr(CLEAR + this.#text);
  }

  hide(): void {
    if (this.#text === "") return;
    this.#text = "";
    this.#io.stderr(CLEAR);
  }

  /** Writes whole lines above it. */
  print(lines: string): void {
    this.#io.stderr(this.#text === "" ? lines : CLEAR + lines + this.#text);
  }
}
