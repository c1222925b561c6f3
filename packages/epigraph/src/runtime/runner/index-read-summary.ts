import type { QueryCost } from "../../database/transaction/transaction-observer.ts";
import type { IndexReadExplanation, RangeExplanation } from "./explanation.ts";

/** Ranges of one index that are told one by one. */
const MAX_RANGES = 5;

/** Adds up the reads of one index in one order: some thousands of ranges are none that a person reads. */
export class IndexReadSummary {
  readonly #index: string;
  readonly #order: "asc" | "desc";
  readonly #ranges: RangeExplanation[] = [];
  #others = { ranges: 0, scanned: 0, returned: 0, bytes: 0 };

  constructor(index: string, order: "asc" | "desc") {
    this.#index = index;
    this.#order = order;
  }

  /** @param showBounds called only for what is told. */
  add({ scanned, returned, bytes }: QueryCost, showBounds: () => string): void {
    if (this.#ranges.length < MAX_RANGES) {
      this.#ranges.push({ bounds: showBounds(), scanned, returned, bytes });
      return;
    }
    const least = this.#ranges.reduce((a, b) => (b.scanned < a.scanned ? b : a));
    if (scanned <= least.scanned) {
      this.#addToOthers({ scanned, returned, bytes });
      return;
    }
    this.#ranges.splice(this.#ranges.indexOf(least), 1);
    this.#addToOthers(least);
    this.#ranges.push({ bounds: showBounds(), scanned, returned, bytes });
  }

  toExplanation(): IndexReadExplanation {
    return { index: this.#index, order: this.#order, ranges: this.#ranges, others: this.#others };
  }

  #addToOthers({ scanned, returned, bytes }: QueryCost): void {
    const others = this.#others;
    this.#others = {
      ranges: others.ranges + 1,
      scanned: others.scanned + scanned,
      returned: others.returned + returned,
      bytes: others.bytes + bytes,
    };
  }
}
