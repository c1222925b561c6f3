import type { SchemaProgress } from "../database/schema/schema-progress.ts";
import type { CliIo } from "./io.ts";
import type { StatusLine } from "./status-line.ts";

/** Shorter pushes say only how they ended. */
const QUIET_MS = 1_000;
const REDRAW_MS = 100;

/** What a push that takes long says while it goes on: a line that changes, or elsewhere than in a terminal one that stays. */
export class PushProgress {
  readonly #io: CliIo;
  readonly #status: StatusLine;
  readonly #startMs: number;
  #shownMs = Number.NEGATIVE_INFINITY;

  /** @param startMs by the clock of `io`: when the push began. */
  constructor(io: CliIo, status: StatusLine, startMs: number) {
    this.#io = io;
    this.#status = status;
    this.#startMs = startMs;
  }

  show(progress: SchemaProgress): void {
    const nowMs = this.#io.elapsedMs();
    if (nowMs - this.#startMs < QUIET_MS || nowMs - this.#shownMs < REDRAW_MS) return;
    const isFirst = this.#shownMs < 0;
    this.#shownMs = nowMs;
    if (this.#io.columns !== null) this.#status.show(describeProgress(progress));
    else if (isFirst) this.#io.stderr("Checking documents and filling indexes, which takes a while.\n");
  }
}

function describeProgress(progress: SchemaProgress): string {
  const { table, documents, share } = progress;
  const what =
    progress.step === "fillingIndex"
      ? `Filling index ${table}.${progress.index}`
      : `Checking that documents of ${table} match the schema`;
  return `${what}: ${documents.toLocaleString("en")} documents, about ${Math.floor(share * 100)} %`;
}
