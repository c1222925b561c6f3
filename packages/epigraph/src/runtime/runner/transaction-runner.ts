import type { Catalogue } from "../../database/catalogue/catalogue.ts";
import type { CatalogueCache } from "../../database/catalogue/catalogue-cache.ts";
import type { CommitOutcome, CommitRequest } from "../../database/commit-request.ts";
import type { CommitterConnection } from "../../database/committer/committer-connection.ts";
import { conflictError } from "../../database/conflict-error.ts";
import { FunctionQueries } from "../../database/query/function-queries.ts";
import type { PageCursors } from "../../database/query/page-cursors.ts";
import { MAX_TRANSACTION_ATTEMPTS, Retries } from "../../database/retry.ts";
import { Transaction } from "../../database/transaction/transaction.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { Snapshot, SnapshotSource } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import { type CallResult, isCallError } from "./call-error.ts";
import type { Identity, RequestInfo } from "./caller.ts";
import { type Access, checkArgs, checkResult, resolveFunction } from "./check-call.ts";
import type { Code } from "./code.ts";
import type { CodeCache } from "./code-cache.ts";
import { type Effects, newSeed } from "./effects.ts";
import { userTimeWarning } from "./limit-warnings.ts";
import type { LogLines, SystemLine } from "./log-lines.ts";
import { runNestedCall } from "./nested-call.ts";
import type { NewestSnapshot } from "./newest-snapshot.ts";
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
  readonly codes: CodeCache;
  readonly cursors: PageCursors;
  readonly effects: Effects;
  readonly instanceName: string;
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
  readonly identity: Identity | null;
  readonly request: RequestInfo;
  /** Whether an action called it: its result goes back to app code. */
  readonly isNested: boolean;
  /** Read at this past instant (queries only); null for now. */
  readonly at: Ticks | null;
  readonly logs: LogLines;
  /** Null where nobody asked why it takes as long as it does. */
  readonly explainer: TransactionExplainer | null;
  /** What the committer tells the host when the mutation is durable; null when the caller is in this runner. */
  readonly notice: ((result: { readonly json: string }) => CommitRequest["notify"]) | null;
}

/** How a transaction ended. With `isCommitted` the committer has told the host, by the call's `notice`. */
export interface TransactionResult {
  readonly result: CallResult;
  readonly isCommitted: boolean;
}

interface Attempt {
  readonly result: CallResult;
  /** Null when there is nothing to make durable. */
  readonly request: CommitRequest | null;
}

/** Runs queries and mutations, one at a time, each against its own snapshot. */
export class TransactionRunner {
  readonly #parts: TransactionRunnerParts;
  /** By depth, for the push that ran last. */
  #realms: TransactionRealm[] = [];
  #realmsCode: Code | null = null;
  readonly #retries: Retries;

  constructor(parts: TransactionRunnerParts) {
    const { random, setTimer } = parts.effects;
    this.#parts = parts;
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
    const first = this.#attempt(call);
    if (first.request === null) return { result: first.result, isCommitted: false };
    let outcome = await this.#commit(call, first.request);
    let { result } = first;
    for (let attempt = 1; outcome.type === "conflict"; attempt++) {
      if (attempt >= MAX_TRANSACTION_ATTEMPTS) throw conflictError(outcome, call.path);
      const again = await this.#retries.run(outcome, attempt, () => this.#runAgain(call));
      result = again.result;
      if (again.outcome === null) return { result, isCommitted: false };
      outcome = again.outcome;
    }
    if (outcome.type === "failed") throw commitFailure(outcome);
    return { result, isCommitted: true };
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
  ): Promise<{ readonly result: CallResult; readonly outcome: CommitOutcome | null }> {
    call.logs.clear();
    const { result, request } = this.#attempt(call);
    return { result, outcome: request === null ? null : await this.#commit(call, request) };
  }

  async #commit({ explainer }: TransactionCall, request: CommitRequest): Promise<CommitOutcome> {
    const outcome = await this.#parts.committer.commit(request);
    explainer?.endCommit(outcome);
    this.#parts.newest.renew();
    return outcome;
  }

  /** One run, against the newest data unless the call names an instant. */
  #attempt(call: TransactionCall): Attempt {
    const { newest, snapshots, slices } = this.#parts;
    const past = call.at === null ? null : snapshots.open(call.at);
    call.explainer?.beginAttempt();
    slices.begin(call.job, USER_LIMIT_MS);
    try {
      return this.#attemptAt(call, past ?? newest.get());
    } finally {
      slices.end();
      call.explainer?.endAttempt();
      past?.close();
    }
  }

  #attemptAt(call: TransactionCall, snapshot: Snapshot): Attempt {
    const { catalogues, effects, slices } = this.#parts;
    const time = new TransactionTime(effects, slices);
    try {
      const nowMs = effects.nowMs();
      const catalogue = catalogues.get(snapshot);
      const code = this.#parts.codes.get(snapshot, catalogue);
      const { random } = effects;
      const observer = call.explainer;
      const transaction = new Transaction({ snapshot, catalogue, nowMs, random, observer });
      observer?.uses(transaction.usage);
      const result = this.#call(call, code, transaction, { depth: 0, time, nowMs });
      for (const warning of transaction.warnings()) call.logs.warn(warning, null);
      call.logs.warn(userTimeWarning(time.userMs), null);
      if (isCallError(result) || call.kind === "query") return { result, request: null };
      const notify = call.notice === null ? null : call.notice(result);
      return { result, request: transaction.toCommitRequest({ source: call.path, notify }) };
    } catch (error) {
      if (!(error instanceof UncatchableError)) throw error;
      if (error.error === null) throw error.cause;
      return { result: error.error, request: null };
    }
  }

  /** Checks, runs and checks the result of a call at some depth. */
  #call(
    call: TransactionCall,
    code: Code | null,
    transaction: Transaction,
    place: { readonly depth: number; readonly time: TransactionTime; readonly nowMs: number },
  ): CallResult {
    const { path, kind, argsJson } = call;
    const info = resolveFunction(code, path, kind === "query" ? "Query" : "Mutation", call.access);
    if (isCallError(info) || code === null) return info as CallResult;
    const namespace = transaction.catalogue.namespace(ROOT);
    const warn = (line: SystemLine | null): void => call.logs.warn(line, place.depth === 0 ? null : path);
    const refused = checkArgs(path, info, argsJson, namespace, warn);
    if (refused !== null) return refused;
    const queries = new FunctionQueries({
      component: ROOT,
      writable: kind === "mutation",
      cursors: this.#parts.cursors,
    });
    const frame: TransactionFrame = {
      path,
      kind,
      argsJson,
      transaction,
      queries,
      identity: call.identity,
      request: call.request,
      environment: this.environment(transaction.catalogue),
      logs: call.logs,
      seed: newSeed(this.#parts.effects),
      ...place,
      nested: (nested) =>
        runNestedCall(frame, nested, (child) =>
          this.#call(
            { ...call, ...child, access: { internal: true, byName: false } },
            code,
            child.transaction,
            { ...place, depth: place.depth + 1 },
          ),
        ),
    };
    call.explainer?.beginCall(path, kind);
    try {
      const result = this.#realm(code, place.depth).run(frame);
      if (isCallError(result)) return result;
      const reader = call.isNested || place.depth > 0 ? "sdk" : "client";
      return (
        checkResult(path, info, result.json, transaction.catalogue.namespace(ROOT), warn, reader) ?? result
      );
    } finally {
      queries.closeAll();
      call.explainer?.endCall();
    }
  }

  /** Variables as functions of a catalogue see them. */
  environment({ environment }: Catalogue): (name: string) => string | undefined {
    const builtIn = this.#parts.builtIn();
    return (name) => builtIn[name] ?? environment.get(name);
  }

  #realm(code: Code, depth: number): TransactionRealm {
    if (this.#realmsCode !== code) {
      this.dispose();
      this.#realmsCode = code;
    }
    const existing = this.#realms[depth];
    if (existing !== undefined && !existing.isDisposed) return existing;
    const { instanceName, realmScript } = this.#parts;
    const realm = new TransactionRealm({ code, instanceName, script: realmScript });
    this.#realms[depth] = realm;
    return realm;
  }
}

function commitFailure({ code, message }: Extract<CommitOutcome, { readonly type: "failed" }>): Error {
  return code === "StoreFull" || code === "StoreBroken"
    ? new EpigraphError(code, message)
    : new EpigraphError("InternalServerError", message);
}
