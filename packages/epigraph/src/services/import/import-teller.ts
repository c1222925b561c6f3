import type { ImportDocument } from "../../database/catalogue/catalogue-documents.ts";
import type { ImportProgress } from "./run-import.ts";

/** How often those who watch are told how far it is. */
const TELL_EVERY_MS = 500;

/** What is told of an import while it runs: now and then, and each table that is done. */
export class ImportTeller {
  readonly checkpoints: string[] = [];
  readonly #nowMs: () => number;
  readonly #write: (fields: Partial<ImportDocument>) => Promise<void>;
  #toldMs = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(nowMs: () => number, write: (fields: Partial<ImportDocument>) => Promise<void>) {
    this.#nowMs = nowMs;
    this.#write = write;
  }

  tell({ table, rows, isComplete }: ImportProgress): void {
    const progress = `Importing "${table}" (${rows} documents)`;
    if (isComplete) this.checkpoints.push(`Imported "${table}" (${rows} documents)`);
    const now = this.#nowMs();
    if (!isComplete && Math.abs(now - this.#toldMs) < TELL_EVERY_MS) return;
    this.#toldMs = now;
    const checkpoints = [...this.checkpoints];
    this.#last = this.#last.then(() => this.#write({ progress, checkpoints })).catch(() => {});
  }

  /** Nothing is written afterwards. */
  end(): Promise<void> {
    return this.#last;
  }
}
