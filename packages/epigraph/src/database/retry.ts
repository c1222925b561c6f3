import type { CommitOutcome } from "./commit-request.ts";
import { Lanes } from "./lanes.ts";

export interface RetriesOptions {
  /** Gives as many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Runs of a transaction that keeps meeting conflicts, the first one included. */
export const MAX_TRANSACTION_ATTEMPTS = 5;

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2_000;

/**
 * How transactions of one process run again after conflicts. Those that fought over one key run one behind the other:
 * each would make all the rest lose once more. Who loses all the same, to a newcomer or to another process, gets the
 * committer's turn and runs at once; where there was none to give it waits a random while, and not in the way of those
 * behind it.
 */
export class Retries {
  readonly #options: RetriesOptions;
  readonly #lanes = new Lanes();

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /**
   * Does `work`, the next attempt from its snapshot to its outcome, when it is time.
   * @param attempts made so far.
   */
  async run<T>(
    { table, contention, turn }: Extract<CommitOutcome, { readonly type: "conflict" }>,
    attempts: number,
    work: () => Promise<T>,
  ): Promise<T> {
    if (turn !== null) return work();
    // A changed catalogue, or a snapshot that was too old: nobody to queue behind.
    const isFight = table !== null;
    const waits = isFight ? attempts - 1 : attempts;
    if (waits > 0) await this.#options.sleep(this.#delayMs(waits));
    return isFight ? this.#lanes.run(contention, work) : work();
  }

  #delayMs(waits: number): number {
    const fraction = (this.#options.random(1)[0] as number) / 256;
    return fraction * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (waits - 1));
  }
}
