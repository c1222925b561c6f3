/** What a check of a whole database found. */
export interface Verification {
  readonly tables: number;
  readonly documents: number;
  readonly indexes: number;
  readonly entries: number;
  /** What must never be: the data is damaged, or a bug wrote it. */
  readonly problems: Findings;
  /**
   * Documents that the active schema does not allow. Nothing is damaged then and no backup would help: the app reads them
   * as they are, and mends them by a mutation.
   */
  readonly warnings: Findings;
  /** False when the check ended early: what the file's own structure lacks makes everything else guesswork. */
  readonly isComplete: boolean;
}

/** Sentences: all are counted, the first ones kept. */
export class Findings {
  readonly first: string[] = [];
  #count = 0;
  readonly #kept: number;

  constructor(kept: number) {
    this.#kept = kept;
  }

  get count(): number {
    return this.#count;
  }

  add(sentence: string): void {
    this.#count++;
    if (this.first.length < this.#kept) this.first.push(sentence);
  }
}
