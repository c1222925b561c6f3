import type { CalledFunction, CallTree, OpenCall } from "./call-tree.ts";

/** What an execution used, in numbers that are counted anyway. */
export interface ExecutionUsage {
  /** Milliseconds of JavaScript, those of attempts that lost against other writers among them. */
  readonly userMs: number;
  /** Reads and writes as counted against the limits: of the last attempt of each transaction, nested calls included. */
  readonly documentsRead: number;
  readonly bytesRead: number;
  readonly documentsWritten: number;
  readonly bytesWritten: number;
  /** Attempts beyond the first of each transaction. */
  readonly retries: number;
  /** What it called, where somebody wants to know. */
  readonly calls?: readonly CalledFunction[];
}

type Counts = Pick<ExecutionUsage, "documentsRead" | "bytesRead" | "documentsWritten" | "bytesWritten">;

const NO_COUNTS: Counts = { documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0 };
const NO_TIME = { userMs: 0 } as const;

export const NO_USAGE: ExecutionUsage = { ...NO_TIME, ...NO_COUNTS, retries: 0 };

/** Of a query or mutation. It looks at what its attempts count for their limits: while they run it costs nothing. */
export class TransactionUsage {
  #counts = NO_COUNTS;
  #time: Pick<ExecutionUsage, "userMs"> = NO_TIME;
  #earlierMs = 0;
  #retries = 0;
  readonly #tree: CallTree | null;
  /** Nested calls that have not ended, the innermost last. */
  readonly #open: OpenCall[] = [];

  /** @param tree null where nobody asks what it calls. */
  constructor(tree: CallTree | null = null) {
    this.#tree = tree;
  }

  /** A nested call begins: the next `endCall` is its end. */
  beginCall(path: string, kind: "query" | "mutation"): void {
    const tree = this.#open.at(-1)?.tree ?? this.#tree;
    if (tree !== null) this.#open.push(tree.begin(path, kind));
  }

  /** @param error what it failed with; null where it did not. */
  endCall(error: string | null): void {
    this.#open.pop()?.end(error, null);
  }

  /** An attempt is about to run. @param time it takes; grows with it. */
  beginAttempt(time: Pick<ExecutionUsage, "userMs">): void {
    this.#counts = NO_COUNTS;
    this.#time = time;
    this.#tree?.clear();
  }

  /** @param counts of the transaction that the attempt runs on; grow with it. */
  uses(counts: Counts): void {
    this.#counts = counts;
  }

  /** The attempt lost against another writer, and there will be another one. */
  retry(): void {
    this.#earlierMs += this.#time.userMs;
    this.#retries++;
  }

  /** As it is now. */
  get total(): ExecutionUsage {
    const { documentsRead, bytesRead, documentsWritten, bytesWritten } = this.#counts;
    const userMs = this.#earlierMs + this.#time.userMs;
    const used = { userMs, documentsRead, bytesRead, documentsWritten, bytesWritten, retries: this.#retries };
    return this.#tree === null ? used : { ...used, calls: this.#tree.calls };
  }
}

/** Of an action: its own time, and what its transactions and nested actions used. */
export class ActionUsage {
  // Numbers of their own: each slice of an action adds to one of them, which must leave no garbage.
  #userMs = 0;
  #documentsRead = 0;
  #bytesRead = 0;
  #documentsWritten = 0;
  #bytesWritten = 0;
  #retries = 0;
  /** Null where nobody asks what it calls. */
  readonly tree: CallTree | null;

  constructor(tree: CallTree | null) {
    this.tree = tree;
  }

  /** Its code ran for so long. */
  addTime(userMs: number): void {
    this.#userMs += userMs;
  }

  /** Something that it called has ended. */
  add(usage: ExecutionUsage): void {
    this.#userMs += usage.userMs;
    this.#documentsRead += usage.documentsRead;
    this.#bytesRead += usage.bytesRead;
    this.#documentsWritten += usage.documentsWritten;
    this.#bytesWritten += usage.bytesWritten;
    this.#retries += usage.retries;
  }

  /** As it is now. */
  get total(): ExecutionUsage {
    const used = {
      userMs: this.#userMs,
      documentsRead: this.#documentsRead,
      bytesRead: this.#bytesRead,
      documentsWritten: this.#documentsWritten,
      bytesWritten: this.#bytesWritten,
      retries: this.#retries,
    };
    return this.tree === null ? used : { ...used, calls: this.tree.calls };
  }
}
