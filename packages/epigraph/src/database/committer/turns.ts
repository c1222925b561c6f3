import type { IndexId } from "../../store/store.ts";
import { compareBytes } from "../../values/index-key.ts";
import type { CommitOutcome, CommitRequest, KeyRange } from "../commit-request.ts";

export interface Waiting {
  readonly request: CommitRequest;
  readonly done: (outcome: CommitOutcome) => void;
}

export type Conflict = Extract<CommitOutcome, { readonly type: "conflict" }>;

interface Loser extends Waiting {
  readonly outcome: Conflict;
}

interface Turn {
  readonly number: number;
  readonly reads: ReadonlyMap<IndexId, readonly KeyRange[]>;
}

/** Losing once is no misfortune, and the second run is mostly alone with what it reads. */
const LOSSES_BEFORE_TURN = 2;
/** For the transaction to run again and to come back; whoever takes longer has no more luck than all others. */
const TURN_MS = 100;
/** Those behind so many had better wait a random while, as they are told to where there is no turn. */
const MAX_QUEUE = 256;

/**
 * How transactions that lose again and again come to their commit, also between processes, which can't see each other's
 * fights. One of them has the turn: what would make it lose again is held back until it has come again and is decided.
 *
 * - *idle*: nobody has the turn; all that waits is decided.
 * - *taken*: by a loser that has been told so. Whatever touches what it had read is held.
 * - It ends when the loser's next request is decided, or after a while without any; then the next in the queue takes
 *   it, or what was held is decided.
 */
export class Turns {
  readonly #onExpired: () => void;
  #current: Turn | null = null;
  #timer: NodeJS.Timeout | null = null;
  #last = 0;
  readonly #queue: Loser[] = [];
  #held: Waiting[] = [];
  #isClosed = false;

  /** @param onExpired the holder did not come: `advance` is due. */
  constructor(onExpired: () => void) {
    this.#onExpired = onExpired;
  }

  /** Whether there is nothing for `admit` and `advance` to do. */
  get isIdle(): boolean {
    return this.#current === null && this.#queue.length === 0 && this.#held.length === 0;
  }

  /** Those that may be decided now; the others are held. */
  admit(group: readonly Waiting[]): readonly Waiting[] {
    const turn = this.#current;
    if (turn === null) return group;
    return group.filter((member) => {
      if (member.request.retry?.turn === turn.number || !touches(member.request, turn)) return true;
      this.#held.push(member);
      return false;
    });
  }

  /** Answers one that has lost: at once, or with the turn once it is free. */
  refuse({ request, done }: Waiting, outcome: Conflict): void {
    const losses = (request.retry?.losses ?? 0) + 1;
    const isFight = outcome.table !== null;
    if (!isFight || losses < LOSSES_BEFORE_TURN || this.#queue.length >= MAX_QUEUE || this.#isClosed) {
      done(outcome);
    } else this.#queue.push({ request, done, outcome });
  }

  /**
   * Call when a group has been decided and answered.
   * @returns what was held and is to be decided, which comes before all that waits since.
   */
  advance(decided: readonly Waiting[]): readonly Waiting[] {
    const turn = this.#current;
    if (turn !== null && !decided.some(({ request }) => request.retry?.turn === turn.number)) return [];
    return this.#next();
  }

  /** Nobody gets a turn any more. @returns what was held. */
  close(): readonly Waiting[] {
    this.#isClosed = true;
    for (const { done, outcome } of this.#queue.splice(0)) done(outcome);
    return this.#next();
  }

  #next(): readonly Waiting[] {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#current = null;
    const loser = this.#queue.shift();
    if (loser !== undefined) this.#give(loser);
    const released = this.#held;
    this.#held = [];
    return released;
  }

  #give({ request, done, outcome }: Loser): void {
    const number = ++this.#last;
    this.#current = { number, reads: new Map(request.reads.map(({ index, ranges }) => [index, ranges])) };
    this.#timer = setTimeout(() => {
      this.#current = null;
      this.#onExpired();
    }, TURN_MS);
    done({ ...outcome, turn: number });
  }
}

/** Whether a commit of the request would make the turn's holder lose. */
function touches({ writes }: CommitRequest, { reads }: Turn): boolean {
  return writes.some(({ touched }) =>
    touched.some(({ index, key }) => {
      const ranges = reads.get(index);
      return ranges?.some((range) => holds(range, key)) === true;
    }),
  );
}

function holds({ start, end }: KeyRange, key: Uint8Array): boolean {
  return compareBytes(start, key) <= 0 && (end === null || compareBytes(key, end) < 0);
}
