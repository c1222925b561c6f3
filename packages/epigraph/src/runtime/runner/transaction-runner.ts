import type { Catalogue } from "../../database/catalogue/catalogue.ts";
import type { CatalogueCache } from "../../database/catalogue/catalogue-cache.ts";
import type { CommitOutcome, CommitRequest, Retry } from "../../database/commit-request.ts";
import type { CommitterConnection } from "../../database/committer/committer-connection.ts";
import { conflictError } from "../../database/conflict-error.ts";
import { beginOnce } from "../../database/once/begin-once.ts";
import { FunctionQueries } from "../../database/query/function-queries.ts";
import type { PageCursors } from "../../database/query/page-cursors.ts";
import { MAX_TRANSACTION_ATTEMPTS, Retries } from "../../database/retry.ts";
import type { FileBytes } from "../../database/stored-files/transaction-files.ts";
import { Transaction } from "../../database/transaction/transaction.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { FileStorage } from "../../files/file-storage.ts";
import type { UploadTokens } from "../../files/upload-tokens.ts";
import type { Snapshot, SnapshotSource } from "../../store/store.ts";
import { nanosecondsFromTicks, type Ticks } from "../../store/ticks.ts";
import { WITH_COMMIT_TS } from "../../values/encoded-json.ts";
import { resolveCommitTs } from "../../values/resolve-commit-ts.ts";
import { findSystemQuery, isSystemPath, runSystemQuery } from "../system/system-queries.ts";
import { type CallResult, errorText, isCallError, plainError } from "./call-error.ts";
import { allows, type Caller, type Once, type RequestInfo, refusalOf } from "./caller.ts";
import { type Access, checkArgs, checkResult, resolveFunction } from "./check-call.ts";
import type { Code } from "./code.ts";
import type { CodeCache } from "./code-cache.ts";
import { type Effects, newSeed } from "./effects.ts";
import type { TransactionUsage } from "./execution-usage.ts";
import { userTimeWarning } from "./limit-warnings.ts";
import type { LogLine, LogLines, SystemLine } from "./log-lines.ts";
import { MutationFiles } from "./mutation-files.ts";
import { runNestedCall } from "./nested-call.ts";
import type { NewestSnapshot } from "./newest-snapshot.ts";
import type { QueryTracer } from "./query-trace.ts";
import type { Slices } from "./slices.ts";
import type { TransactionExplainer } from "./transaction-explainer.ts";
import { type TransactionFrame, UncatchableError } from "./transaction-frame.ts";
import { TransactionRealm } from "./transaction-realm.ts";
import { TransactionTime, USER_LIMIT_MS } from "./transaction-time.ts";

const ROOT = "";

export interface TransactionRunnerParts {
  readonly snapshots: SnapshotSource;
  readonly newest: NewestSnapshot;
  readonly committer: CommitterConnection;
  readonly catalogues: CatalogueCache;
  readonly codes: Pick<CodeCache, "get">;
  readonly cursors: PageCursors;
  readonly effects: Effects;
  readonly instanceName: string;
  readonly files: FileStorage;
  readonly uploadTokens: UploadTokens;
  /** Variables that the host sets, over those of the app. */
  readonly builtIn: () => Readonly<Record<string, string>>;
  readonly slices: Slices;
  readonly realmScript?: string | undefined;
}

export interface TransactionCall {
  /** Number of the host's job that it belongs to. */
  readonly job: number;
  readonly path: string;
  readonly kind: "query" | "mutation";
  readonly argsJson: string;
  readonly access: Access;
  readonly caller: Caller;
  readonly request: RequestInfo;
  /** Whether an action called it: its result goes back to app code. */
  readonly isNested: boolean;
  /** Read at this past instant (queries only); null for now. */
  readonly at: Ticks | null;
  readonly logs: LogLines;
  readonly usage: TransactionUsage;
  /** Null where nobody asked why it takes as long as it does. */
  readonly explainer: TransactionExplainer | null;
  /** Of a mutation that takes effect once however often it is tried. */
  readonly once: Once | null;
  /** Hears what the result of a query depends on; null where nobody keeps it. */
  readonly tracer: QueryTracer | null;
  /** What the committer tells the host when the mutation is durable; null when the caller is in this runner. */
  readonly notice: ((result: CallResult) => CommitRequest["notify"]) | null;
}

export interface TransactionResult {
  readonly result: CallResult;
  /** The commit, or the snapshot of one that wrote nothing. */
  readonly ts: Ticks;
  /**
   * - `ran`: and nothing was to be made durable;
   * - `committed`: the committer has told the host, by the call's `notice`;
   * - `found`: it did not run, for it had been committed before; the result, the lines and the commit are of then.
   */
  readonly end: "ran" | "committed" | "found";
}

/** What a frame has of where its call stands among others. */
type Place = Pick<TransactionFrame, "depth" | "time" | "nowMs" | "seed">;

interface Attempt extends TransactionResult {
  readonly end: "ran" | "found";
  /** Null when there is nothing to make durable. */
  readonly request: CommitRequest | null;
  /** What must be in the file store before that; null for nothing. */
  readonly files: FileBytes | null;
}

const QUERY_RETURNS_COMMIT_TS = "queries cannot return an unresolved commit timestamp";

/** Runs queries and mutations, one at a time, each against its own snapshot. */
export class TransactionRunner {
  readonly #parts: TransactionRunnerParts;
  /** By depth, for the push that ran last. */
  #realms: TransactionRealm[] = [];
  #realmsCode: Code | null = null;
  readonly #retries: Retries;
  readonly #files: MutationFiles;

  constructor(parts: TransactionRunnerParts) {
    const { random, setTimer } = parts.effects;
    this.#parts = parts;
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
    for (const realm of this.#realms) realm.collect();
  }

  dispose(): void {
    for (const realm of this.#realms) realm.dispose();
    this.#realms = [];
    this.#realmsCode = null;
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
    const { newest, snapshots, slices } = this.#parts;
    // What is read at an instant is mostly read at the newest one.
    const isPast = call.at !== null && call.at !== newest.get().ts;
    const past = isPast ? snapshots.open(call.at as Ticks) : null;
    call.explainer?.beginAttempt();
    slices.begin(call.job, USER_LIMIT_MS);
    try {
      return this.#attemptAt(call, past ?? newest.get(), retry);
    } finally {
      slices.end();
      call.explainer?.endAttempt();
      past?.close();
    }
  }

  #attemptAt(call: TransactionCall, snapshot: Snapshot, retry: Retry | null): Attempt {
    const { catalogues, effects, slices } = this.#parts;
    const time = new TransactionTime(effects, slices);
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
    const run = (): CallResult => this.#run(call, code, transaction, place);
    if (once !== null) return this.#attemptOnce(call, once, transaction, retry, run);
    const result = run();
    const isKept = !isCallError(result) && call.kind === "mutation";
    return isKept ? committing(call, transaction, retry, result) : withoutCommit(transaction, result);
  }

  /** One run of what has a record that tells whether it ran, and how it ended. */
  #attemptOnce(
    call: TransactionCall,
    once: Once,
    transaction: Transaction,
    retry: Retry | null,
    run: () => CallResult,
  ): Attempt {
    const { logs } = call;
    const { effects } = this.#parts;
    const start = beginOnce<LogLine>(transaction, once);
    if (start.type === "found") {
      const { json, lines, ts } = start.answer;
      logs.restore(lines);
      return { result: { json }, ts, end: "found", request: null, files: null };
    }
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

  /** A whole call. @throws a fault of the server. */
  #run(call: TransactionCall, code: Code | null, transaction: Transaction, place: Place): CallResult {
    try {
      const result = this.#call(call, code, transaction, place);
      for (const warning of transaction.warnings()) call.logs.warn(warning, null);
      call.logs.warn(userTimeWarning(place.time.userMs), null);
      return result;
    } catch (error) {
      if (!(error instanceof UncatchableError)) throw error;
      if (error.error === null) throw error.cause;
      return error.error;
    }
  }

  /** Checks, runs and checks the result of a call at some depth. */
  #call(call: TransactionCall, code: Code | null, transaction: Transaction, place: Place): CallResult {
    const { path, kind, argsJson } = call;
    if (isSystemPath(path)) {
      const answer = this.#callSystem(call, transaction);
      if (answer !== null) return answer;
    }
    const info = resolveFunction(code, path, kind === "query" ? "Query" : "Mutation", call.access);
    if (isCallError(info) || code === null) return info as CallResult;
    const namespace = transaction.catalogue.namespace(ROOT);
    const warn = (line: SystemLine | null): void => call.logs.warn(line, place.depth === 0 ? null : path);
    const options = place.depth > 0 ? WITH_COMMIT_TS : undefined;
    const refused = checkArgs(path, info, argsJson, namespace, warn, options);
    if (refused !== null) return refused;
    const queries = new FunctionQueries({
      component: ROOT,
      writable: kind === "mutation",
      cursors: this.#parts.cursors,
      // A nested function has a page of its own, which starts anew each time.
      journal: place.depth === 0 ? (call.tracer?.journal ?? null) : null,
    });
    const frame: TransactionFrame = {
      path,
      kind,
      argsJson,
      transaction,
      queries,
      caller: call.caller,
      request: call.request,
      job: call.once?.type === "job" ? call.once.id : null,
      functions: code.functions,
      environment: this.environment(transaction.catalogue),
      logs: call.logs,
      tracer: call.tracer,
      ...place,
      nested: (nested, seed) =>
        runNestedCall(frame, nested, (child) =>
          this.#callNested(
            { ...call, ...child, access: { internal: true, byName: false, rights: null } },
            code,
            child.transaction,
            { ...place, depth: place.depth + 1, seed },
          ),
        ),
    };
    call.explainer?.beginCall(path, kind);
    try {
      const result = this.#realm(code, place.depth).run(frame);
      if (isCallError(result)) return result;
      return checkResult(path, info, result.json, transaction.catalogue.namespace(ROOT), warn, {
        reader: call.isNested || place.depth > 0 ? "sdk" : "client",
        commitTsRefusal: place.depth === 0 && kind === "query" ? QUERY_RETURNS_COMMIT_TS : null,
      });
    } finally {
      queries.closeAll();
      if (place.depth === 0) call.tracer?.pageRead(queries.journal);
      call.explainer?.endCall();
    }
  }

  #callNested(call: TransactionCall, code: Code, transaction: Transaction, place: Place): CallResult {
    call.usage.beginCall(call.path, call.kind);
    let error: string | null = "The call was ended";
    try {
      const result = this.#call(call, code, transaction, place);
      error = isCallError(result) ? result.message : null;
      return result;
    } finally {
      call.usage.endCall(error);
    }
  }

  /** A query that the host answers itself; null when there is none of that name for this caller. */
  #callSystem(
    { path, kind, argsJson, access }: TransactionCall,
    transaction: Transaction,
  ): CallResult | null {
    const query = access.rights === null ? null : findSystemQuery(path);
    if (query === null || access.rights === null) return null;
    if (kind !== "query") {
      return plainError(`Trying to execute ${path} as Mutation, but it is defined as Query.`);
    }
    if (!allows(access.rights, query.right)) return plainError(refusalOf(query.right));
    const { cursors, builtIn } = this.#parts;
    return runSystemQuery(query, { transaction, component: ROOT, builtIn: builtIn(), cursors }, argsJson);
  }

  /** Variables as functions of a catalogue see them. */
  environment({ environment }: Catalogue): (name: string) => string | undefined {
    const builtIn = this.#parts.builtIn();
    return (name) => builtIn[name] ?? environment.get(name);
  }

  /** The same, all at once. */
  variables({ environment }: Catalogue): Readonly<Record<string, string>> {
    return { ...Object.fromEntries(environment), ...this.#parts.builtIn() };
  }

  #realm(code: Code, depth: number): TransactionRealm {
    if (this.#realmsCode !== code) {
      this.dispose();
      this.#realmsCode = code;
    }
    const existing = this.#realms[depth];
    if (existing?.isUsable() === true) return existing;
    existing?.dispose();
    const { instanceName, uploadTokens, realmScript, effects } = this.#parts;
    const { elapsedMs } = effects;
    const realm = new TransactionRealm({ code, instanceName, elapsedMs, uploadTokens, script: realmScript });
    this.#realms[depth] = realm;
    return realm;
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
