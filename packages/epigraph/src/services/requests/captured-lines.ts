import type { LogLine } from "../../runtime/runner/log-lines.ts";
import type { RecordedLine } from "./recorded-request.ts";

/** Characters of all lines of a request; an execution has 256 lines at most. */
const MAX_LENGTH = 64 * 1024;

/** Keeps the first console lines of a request. */
export class CapturedLines {
  readonly #lines: RecordedLine[] = [];
  #room = MAX_LENGTH;

  add({ level, text: whole, path }: LogLine, atMs: number): void {
    if (this.#room <= 0) return;
    const text = whole.length <= this.#room ? whole : `${whole.slice(0, this.#room)}…`;
    this.#room -= text.length;
    this.#lines.push({ atMs, level, text, path });
  }

  get all(): readonly RecordedLine[] {
    return this.#lines;
  }
}
