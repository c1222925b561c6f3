import type { Table } from "../../database/catalogue/table.ts";
import type { CommitOutcome } from "../../database/commit-request.ts";
import type { QuerySource } from "../../database/query/query-plan.ts";
import { showBounds } from "../../database/query/show-range.ts";
import type { QueryCost, TransactionObserver } from "../../database/transaction/transaction-observer.ts";
import { CallSummary } from "./call-summary.ts";
import type { Effects } from "./effects.ts";
import type {
  AttemptExplanation,
  CommitExplanation,
  ConflictExplanation,
  TransactionExplanation,
  UsedExplanation,
} from "./explanation.ts";

/** Takes what a transaction of an execution did; null where nobody asked. */
export type Explain = ((explanation: TransactionExplanation) => void) | null;

/** For one transaction of an execution; null where nobody asked. */
export function newExplainer(
  explain: Explain,
  effects: Pick<Effects, "elapsedMs">,
): TransactionExplainer | null {
  return explain === null ? null : new TransactionExplainer(explain, effects.elapsedMs);
}

interface OpenCall {
  readonly summary: CallSummary;
  readonly startMs: number;
}

/**
 * Takes down what a transaction does, from its first attempt to its outcome. There is one only where somebody asked for
 * explanations: everybody else pays a look whether there is.
 */
export class TransactionExplainer implements TransactionObserver {
  readonly #explain: NonNullable<Explain>;
  readonly #elapsedMs: Effects["elapsedMs"];
  readonly #startMs: number;
  readonly #attempts: AttemptExplanation[] = [];
  readonly #stack: OpenCall[] = [];
  #root: CallSummary | null = null;
  #used: UsedExplanation | null = null;
  #attemptStartMs = 0;
  #lastEndMs: number;

  constructor(explain: NonNullable<Explain>, elapsedMs: Effects["elapsedMs"]) {
    this.#explain = explain;
    this.#elapsedMs = elapsedMs;
    this.#startMs = elapsedMs();
    this.#lastEndMs = this.#startMs;
  }

  beginAttempt(): void {
    this.#root = null;
    this.#used = null;
    this.#attemptStartMs = this.#elapsedMs();
  }

  /** @param used of the transaction that the attempt runs on; grows with it. */
  uses(used: UsedExplanation): void {
    this.#used = used;
  }

  endAttempt(): void {
    const nowMs = this.#elapsedMs();
    const waitedMs = this.#attemptStartMs - this.#lastEndMs;
    this.#attempts.push({ waitedMs, ranMs: nowMs - this.#attemptStartMs, commit: null });
    this.#lastEndMs = nowMs;
  }

  /** The outcome of the last attempt's commit, which began when the attempt had run. */
  endCommit(outcome: CommitOutcome): void {
    const nowMs = this.#elapsedMs();
    const attempt = this.#attempts.pop() as AttemptExplanation;
    const commit: CommitExplanation = {
      durationMs: nowMs - this.#lastEndMs,
      end: outcome.type,
      conflict: outcome.type === "conflict" ? explainConflict(outcome) : null,
    };
    this.#attempts.push({ ...attempt, commit });
    this.#lastEndMs = nowMs;
  }

  beginCall(path: string, kind: "query" | "mutation"): void {
    const summary = this.#stack.at(-1)?.summary.nested(path, kind) ?? new CallSummary(path, kind);
    this.#root ??= summary;
    this.#stack.push({ summary, startMs: this.#elapsedMs() });
  }

  endCall(): void {
    const { summary, startMs } = this.#stack.pop() as OpenCall;
    summary.addCall(this.#elapsedMs() - startMs);
  }

  got(table: Table, id: string, bytes: number | null): void {
    const count = bytes === null ? 0 : 1;
    const cost: QueryCost = { scanned: count, returned: count, bytes: bytes ?? 0 };
    this.#addRead(table, `${table.name}.${table.byId.name}`, "asc", cost, () => `_id == "${id}"`);
  }

  queryOpened(source: QuerySource, order: "asc" | "desc"): (cost: QueryCost) => void {
    const { table, index } = source;
    const opener = this.#running;
    // A nested call may run between two rows of it.
    return (cost) =>
      this.#addRead(table, `${table.name}.${index.name}`, order, cost, () => showBounds(source), opener);
  }

  wrote(table: Table, bytes: number): void {
    if (table.access !== "private") this.#running?.addWrite(table.name, bytes);
  }

  /** The transaction is over. Nothing is told when nothing ran: no such function, or arguments that were refused. */
  end(): void {
    if (this.#root === null || this.#used === null) return;
    const { documentsRead, bytesRead, documentsWritten, bytesWritten } = this.#used;
    this.#explain({
      durationMs: this.#elapsedMs() - this.#startMs,
      attempts: this.#attempts,
      used: { documentsRead, bytesRead, documentsWritten, bytesWritten },
      call: this.#root.toExplanation(),
    });
  }

  get #running(): CallSummary | undefined {
    return this.#stack.at(-1)?.summary;
  }

  #addRead(
    table: Table,
    index: string,
    order: "asc" | "desc",
    cost: QueryCost,
    show: () => string,
    call: CallSummary | undefined = this.#running,
  ): void {
    // What the catalogue costs is nothing that an app can change.
    if (table.access !== "private") call?.addRead(index, order, cost, show);
  }
}

function explainConflict({
  table,
  documentId,
  source,
  contention,
}: Extract<CommitOutcome, { readonly type: "conflict" }>): ConflictExplanation {
  if (table !== null) return { cause: "document", table, documentId, source };
  return { cause: contention === "history" ? "history" : "catalogue" };
}
