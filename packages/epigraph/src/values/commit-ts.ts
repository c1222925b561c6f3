import type { Value } from "./value.ts";

/** Not a plain object, so that code which forgets about it fails instead of taking it for `{}`. */
class CommitTsPlaceholder {
  toString(): string {
    return "[unresolved commit timestamp]";
  }

  valueOf(): never {
    throw new TypeError("The commit timestamp is not known before the transaction commits.");
  }

  toJSON(): never {
    return this.valueOf();
  }
}

/**
 * Stands for the timestamp of the commit that is yet to come. It lives only inside a running mutation: it orders and
 * validates as the greatest Int64, counts nine bytes, and becomes an Int64 (nanoseconds) when the transaction commits.
 */
export const COMMIT_TS: Value = Object.freeze(new CommitTsPlaceholder()) as unknown as Value;

/** What the placeholder compares as, and what its index key holds. */
export const COMMIT_TS_ORDER: bigint = 2n ** 63n - 1n;

/**
 * Notes whether decoding has met a placeholder. Whoever has met none need not look for any later, which is what makes
 * them cost nothing where they are not used.
 */
export class CommitTsUse {
  isUsed = false;
}

export function isCommitTs(value: unknown): boolean {
  return value === COMMIT_TS;
}
