import type { CommitOutcome, CommitRequest, Retry } from "../../database/commit-request.ts";
import { conflictError } from "../../database/conflict-error.ts";
import { beginOnce } from "../../database/once/begin-once.ts";
import { MAX_TRANSACTION_ATTEMPTS, Retries } from "../../database/retry.ts";
import type { FileBytes } from "../../database/stored-files/transaction-files.ts";
import { Transaction } from "../../database/transaction/transaction.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { Snapshot } from "../../store/store.ts";
import { nanosecondsFromTicks, type Ticks } from "../../store/ticks.ts";
import { resolveCommitTs } from "../../values/resolve-commit-ts.ts";
import { isSystemPath } from "../system/system-queries.ts";
import { type CallResult, errorText, isCallError, pausedError } from "./call-error.ts";
import type { Once } from "./caller.ts";
import { newSeed } from "./effects.ts";
import type { LogLine } from "./log-lines.ts";
import { MutationFiles } from "./mutation-files.ts";
import type { TransactionCall, TransactionResult } from "./transaction-call.ts";
import { TransactionCalls } from "./transaction-calls.ts";
import type { TransactionRunnerParts } from "./transaction-parts.ts";
import { TransactionTime } from "./transaction-time.ts";

interface Attempt extends TransactionResult {
  readonly end: "ran" | "found";
  /** Null when there is nothing to make durable. */
  readonly request: CommitRequest | null;
  /** What must be in the file store before that; null for nothing. */
  readonly files: FileBytes | null;
}

/** Runs queries and mutations, one at a time, each against its own snapshot. */
export class TransactionRunner {
  readonly #parts: TransactionRunnerParts;
  readonly #calls: TransactionCalls;
  readonly #retries: Retries;
  readonly #files: MutationFiles;

  constructor(parts: TransactionRunnerParts) {
    const { random, setTimer } = parts.effects;
    this.#parts = parts;
    this.#calls = new TransactionCalls(parts);
    this.#files = new MutationFiles(parts.files);
    this.#retries = new Retries({
      random,
      sleep: (ms) => new Promise((resolve) => void setTimer(resolve, ms)),
    });
  }

  /**
   * Runs to the end: for a mutation, until its writes are durable.
   * @throws EpigraphError, StoreError, DatabaseError: a fault of the server, a conflict in every attempt.
   */
  async run(call: TransactionCall): Promise<TransactionResult> {
    let last: Attempt;
    try {
      last = this.#attempt(call, null);
    } catch (error) {
      last = await this.#attemptWithFiles(call, error, null);
    }
    if (last.request === null) return resolved(last, last.ts, last.end);
    let outcome = await this.#commit(call, last, last.request);
    for (let attempt = 1; outcome.type === "conflict"; attempt++) {
      if (attempt >= MAX_TRANSACTION_ATTEMPTS) throw conflictError(outcome, call.path);
      const retry: Retry = { losses: attempt, turn: outcome.turn };
      const again = await this.#retries.run(outcome, attempt, () => this.#runAgain(call, retry));
      last = again.attempt;
      if (again.outcome === null) return resolved(last, last.ts, last.end);
      outcome = again.outcome;
    }
    if (outcome.type === "failed") throw commitFailure(outcome);
    return resolved(last, outcome.ts, "committed");
  }

  collect(): void {
    this.#calls.collect();
  }

  dispose(): void {
    this.#calls.dispose();
  }

  async #runAgain(
    call: TransactionCall,
    retry: Retry,
  ): Promise<{ readonly attempt: Attempt; readonly outcome: CommitOutcome | null }> {
    call.logs.clear();
    call.usage.retry();
    let attempt: Attempt;
    try {
      attempt = this.#attempt(call, retry);
    } catch (error) {
      attempt = await this.#attemptWithFiles(call, error, retry);
    }
    const { request } = attempt;
    return { attempt, outcome: request === null ? null : await this.#commit(call, attempt, request) };
  }

  /**
   * Runs a mutation once more when it has everything of the files that it reads, one after the other.
   * @param cause what its attempt has failed with; thrown where it is something else.
   */
  async #attemptWithFiles(call: TransactionCall, cause: unknown, retry: Retry | null): Promise<Attempt> {
    for (let failure = cause; ; ) {
      await this.#files.load(call, failure);
      this.#parts.newest.renew();
      call.logs.clear();
      call.usage.retry();
      try {
        return this.#attempt(call, retry);
      } catch (error) {
        failure = error;
      }
    }
  }

  async #commit(
    { explainer }: TransactionCall,
    { files }: Attempt,
    request: CommitRequest,
  ): Promise<CommitOutcome> {
    const { committer } = this.#parts;
    const outcome =
      files === null
        ? await committer.commit(request)
        : await this.#files.commit(files, () => committer.commit(request));
    explainer?.endCommit(outcome);
    this.#parts.newest.renew();
    return outcome;
  }

  /** One run, against the newest data unless the call names an instant. */
  #attempt(call: TransactionCall, retry: Retry | null): Attempt {
    const { newest, snapshots, slices, timeLimits } = this.#parts;
    // What is read at an instant is mostly read at the newest one.
    const isPast = call.at !== null && call.at !== newest.get().ts;
    const past = isPast ? snapshots.open(call.at as Ticks) : null;
    call.explainer?.beginAttempt();
    slices.begin(call.job, timeLimits.transactionMs);
    try {
      return this.#attemptAt(call, past ?? newest.get(), retry);
    } finally {
      slices.end();
      call.explainer?.endAttempt();
      past?.close();
    }
  }

  #attemptAt(call: TransactionCall, snapshot: Snapshot, retry: Retry | null): Attempt {
    const { catalogues, effects, slices, timeLimits } = this.#parts;
    const time = new TransactionTime(effects, slices, timeLimits.transactionMs);
    const { usage, once, tracer } = call;
    usage.beginAttempt(time);
    const nowMs = effects.nowMs();
    const catalogue = catalogues.get(snapshot);
    const code = this.#parts.codes.get(snapshot, catalogue);
    const { random } = effects;
    const observer = call.explainer;
    const fileBytes = this.#files.bytesOf(call);
    const transaction = new Transaction({ snapshot, catalogue, nowMs, random, observer, fileBytes });
    usage.uses(transaction.usage);
    tracer?.begin(transaction);
    observer?.uses(transaction.usage);
    const place = { depth: 0, time, nowMs, seed: newSeed(effects) };
    // What operators ask the host works in a paused deployment, too.
    const isRefused = catalogue.isPaused && !isSystemPath(call.path);
    const run = isRefused ? null : (): CallResult => this.#calls.run(call, code, transaction, place);
    if (once !== null) return this.#attemptOnce(call, once, transaction, retry, run);
    if (run === null) return withoutCommit(transaction, pausedError());
    const result = run();
    const isKept = !isCallError(result) && call.kind === "mutation";
    return isKept ? committing(call, transaction, retry, result) : withoutCommit(transaction, result);
  }

  /**
   * One run of what has a record that tells whether it ran, and how it ended.
   * @param run null where it must not: who has run already hears of that all the same.
   */
  #attemptOnce(
    call: TransactionCall,
    once: Once,
    transaction: Transaction,
    retry: Retry | null,
    run: (() => CallResult) | null,
  ): Attempt {
    const { logs } = call;
    const { effects } = this.#parts;
    const start = beginOnce<LogLine>(transaction, once);
    if (start.type === "found") {
      const { json, lines, ts } = start.answer;
      logs.restore(lines);
      return { result: { json }, ts, end: "found", request: null, files: null };
    }
    if (run === null) return withoutCommit(transaction, pausedError());
    const startMs = effects.elapsedMs();
    transaction.beginNested();
    const result = run();
    // What a failure has written goes; that it failed may stay.
    if (isCallError(result)) transaction.rollbackNested();
    else transaction.commitNested();
    const isKept = start.end({
      ...(isCallError(result)
        ? { type: "error", error: errorText(result).trimEnd() }
        : { type: "success", json: result.json }),
      lines: logs.all,
      durationMs: effects.elapsedMs() - startMs,
    });
    return isKept ? committing(call, transaction, retry, result) : withoutCommit(transaction, result);
  }
}

function committing(
  { path, notice }: TransactionCall,
  transaction: Transaction,
  retry: Retry | null,
  result: CallResult,
): Attempt {
  const notify = notice === null ? null : notice(result);
  const request = transaction.toCommitRequest({ source: path, notify, retry });
  // Of a run that failed nothing is kept but that it did.
  const files = isCallError(result) ? null : transaction.takeFiles();
  return { result, ts: transaction.snapshotTs, end: "ran", request, files };
}

function withoutCommit({ snapshotTs }: Transaction, result: CallResult): Attempt {
  return { result, ts: snapshotTs, end: "ran", request: null, files: null };
}

function resolved({ result }: Attempt, ts: Ticks, end: TransactionResult["end"]): TransactionResult {
  if (isCallError(result) || result.holdsCommitTs !== true) return { result, ts, end };
  return { result: { json: resolveCommitTs(result.json, nanosecondsFromTicks(ts)) }, ts, end };
}

function commitFailure({ code, message }: Extract<CommitOutcome, { readonly type: "failed" }>): Error {
  return code === "StoreFull" || code === "StoreBroken"
    ? new EpigraphError(code, message)
    : new EpigraphError("InternalServerError", message);
}
