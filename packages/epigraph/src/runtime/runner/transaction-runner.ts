import type { Catalogue } from "../../database/catalogue/catalogue.ts";
import type { CatalogueCache } from "../../database/catalogue/load-catalogue.ts";
import type { CommitOutcome } from "../../database/commit-request.ts";
import type { CommitterConnection } from "../../database/committer/committer-connection.ts";
import { backoffMs, MAX_ATTEMPTS } from "../../database/database.ts";
import type { CursorCodec } from "../../database/query/cursor-codec.ts";
import { CallScope } from "../../database/syscalls.ts";
import { Transaction } from "../../database/transaction/transaction.ts";
import type { Snapshot, SnapshotSource } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { JSONValue } from "../../values/value.ts";
import { type CallError, errorText } from "./call-error.ts";
import type { Identity, RequestInfo } from "./caller.ts";
import { type Access, checkArgs, checkResult, resolveFunction } from "./check-call.ts";
import { type Code, loadCode } from "./code.ts";
import { type Effects, newSeed } from "./effects.ts";
import type { LogLines } from "./log-lines.ts";
import {
  FatalCallError,
  NestedCallError,
  QUERY_TIME_LIMIT_MS,
  TransactionRealm,
} from "./transaction-realm.ts";

export interface RunnerParts {
  readonly snapshots: SnapshotSource;
  readonly committer: CommitterConnection;
  readonly catalogues: CatalogueCache;
  readonly cursors: CursorCodec;
  readonly effects: Effects;
  /** Built-in variables, which apps can't set. */
  readonly builtIn: () => Readonly<Record<string, string>>;
}

export interface TransactionCall {
  readonly path: string;
  readonly kind: "query" | "mutation";
  readonly argsJson: string;
  readonly access: Access;
  readonly identity: Identity | null;
  readonly request: RequestInfo;
  readonly at: Ticks | null;
  readonly logs: LogLines;
}

export type CallResult = { readonly json: string } | CallError;

/** A fault that is the server's: the caller gets it as an HTTP error, not as a function failure. */
export class SystemFault extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const MAX_DEPTH = 8;
const EMPTY_CODE_LIMIT = 2;

/** Runs queries and mutations, one at a time, each against its own snapshot. */
export class TransactionRunner {
  readonly #parts: RunnerParts;
  readonly #codes = new Map<string, Code>();
  readonly #realms = new Map<string, TransactionRealm[]>();
  /** Mutations that lost against each other run one behind the other, by what they fought over. */
  readonly #lanes = new Map<string, Promise<unknown>>();

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Runs to the end: for a mutation, until its writes are durable. @throws SystemFault */
  async run(call: TransactionCall): Promise<CallResult> {
    const first = this.#attempt(call);
    if (first.commit === null) return first.result;
    let outcome = await first.commit();
    for (let attempt = 1; outcome.type === "conflict"; attempt++) {
      const conflict = outcome;
      if (attempt >= MAX_ATTEMPTS) throw conflictFault(conflict);
      const retry = await this.#inLane(conflict.contention, async () => {
        call.logs.clear();
        const again = this.#attempt(call);
        return { result: again.result, outcome: again.commit === null ? null : await again.commit() };
      });
      if (retry.outcome === null || retry.outcome.type === "committed") return retry.result;
      outcome = retry.outcome;
      if (attempt > 1)
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt - 1, Math.random())));
    }
    if (outcome.type === "failed") throw new SystemFault(outcome.code, outcome.message);
    return first.result;
  }

  /** Ends the realms of pushes that no longer run. */
  retire(activePushId: string): void {
    for (const [pushId, realms] of this.#realms) {
      if (pushId === activePushId) continue;
      for (const realm of realms) realm.dispose();
      this.#realms.delete(pushId);
      this.#codes.delete(pushId);
    }
  }

  close(): void {
    this.retire("");
  }

  /** The code that a snapshot's catalogue has active, kept for the last pushes. */
  code(snapshot: Snapshot, catalogue: Catalogue): Code {
    const push = catalogue.push;
    if (push === null) throw new Error("No code has been pushed");
    let code = this.#codes.get(push.id);
    if (code === undefined) {
      code = loadCode(snapshot, push);
      if (this.#codes.size >= EMPTY_CODE_LIMIT) this.retire(push.id);
      this.#codes.set(push.id, code);
    }
    return code;
  }

  async #inLane<T>(lane: string, run: () => Promise<T>): Promise<T> {
    const before = this.#lanes.get(lane) ?? Promise.resolve();
    const mine = before.then(run, run);
    this.#lanes.set(lane, mine);
    try {
      return await mine;
    } finally {
      if (this.#lanes.get(lane) === mine) this.#lanes.delete(lane);
    }
  }

  /** One run against a fresh snapshot, and how to commit it (null when there is nothing to commit). */
  #attempt(call: TransactionCall): { result: CallResult; commit: (() => Promise<CommitOutcome>) | null } {
    const { snapshots, catalogues, effects, committer } = this.#parts;
    const snapshot = snapshots.open(call.at ?? undefined);
    try {
      const catalogue = catalogues.get(snapshot);
      const tx = new Transaction({ snapshot, catalogue, nowMs: effects.nowMs(), random: effects.random });
      const deadlineMs = performance.now() + QUERY_TIME_LIMIT_MS;
      const result = this.#call(call, tx, 0, deadlineMs, newSeed(effects), effects.nowMs());
      if (!("json" in result) || call.kind === "query") return { result, commit: null };
      const request = tx.toCommitRequest(call.path);
      return { result, commit: request === null ? null : () => committer.commit(request) };
    } catch (error) {
      if (error instanceof FatalCallError) return { result: error.error, commit: null };
      throw error;
    } finally {
      snapshot.close();
    }
  }

  /** Checks, runs and checks the result of a call at some depth. */
  #call(
    call: TransactionCall,
    tx: Transaction,
    depth: number,
    deadlineMs: number,
    seed: string,
    nowMs: number,
  ): CallResult {
    const { catalogue } = tx;
    const info = resolveFunction(
      catalogue,
      call.path,
      call.kind === "query" ? "Query" : "Mutation",
      call.access,
    );
    if ("message" in info) return info;
    const refused = checkArgs(catalogue, call.path, info, call.argsJson);
    if (refused !== null) return refused;
    const builtIn = this.#parts.builtIn();
    const realm = this.#realm(this.code(tx.snapshot, catalogue), depth);
    const result = realm.run({
      path: call.path,
      kind: call.kind,
      argsJson: call.argsJson,
      scope: new CallScope(tx, call.kind === "mutation", this.#parts.cursors),
      identity: call.identity,
      request: call.request,
      environment: (name) => builtIn[name] ?? catalogue.environment.get(name),
      logs: call.logs,
      seed,
      nowMs,
      deadlineMs,
      nested: (kind, args) => this.#nested(call, tx, depth, deadlineMs, nowMs, kind, args),
    });
    if (!("json" in result)) return result;
    return checkResult(catalogue, call.path, info, result.json) ?? result;
  }

  #nested(
    parent: TransactionCall,
    tx: Transaction,
    depth: number,
    deadlineMs: number,
    nowMs: number,
    kind: string,
    args: Readonly<Record<string, unknown>>,
  ): string {
    if (depth + 1 >= MAX_DEPTH) {
      throw new NestedCallError(
        "Cross component call depth limit exceeded. Do you have an infinite loop in your app?",
        undefined,
      );
    }
    if (kind === "mutation" && parent.kind === "query") {
      throw new NestedCallError("Cannot call a Mutation function from a Query function", undefined);
    }
    const child: TransactionCall = {
      ...parent,
      path: functionPath(args),
      kind: kind === "mutation" ? "mutation" : "query",
      argsJson: `[${JSON.stringify(args["args"] as JSONValue)}]`,
      access: { internal: true, byName: false },
    };
    const mark = tx.mark();
    const result = this.#call(child, tx, depth + 1, deadlineMs, newSeed(this.#parts.effects), nowMs);
    if ("json" in result) return result.json;
    tx.rollback(mark);
    throw new NestedCallError(
      errorText(result).trimEnd(),
      result.data === null ? undefined : JSON.parse(result.data),
    );
  }

  #realm(code: Code, depth: number): TransactionRealm {
    let realms = this.#realms.get(code.pushId);
    if (realms === undefined) {
      realms = [];
      this.#realms.set(code.pushId, realms);
    }
    const existing = realms[depth];
    if (existing !== undefined && !existing.disposed) return existing;
    const realm = new TransactionRealm(code);
    realms[depth] = realm;
    return realm;
  }
}

/** Canonical `module.js:export` of a function address as the SDK sends it. */
export function functionPath(args: Readonly<Record<string, unknown>>): string {
  const reference =
    typeof args["reference"] === "string"
      ? args["reference"].replace(/^_reference\/function\//, "")
      : args["name"];
  if (typeof reference !== "string") {
    throw new NestedCallError("Invalid arguments for `runUdf`: Missing required argument 'name'", undefined);
  }
  return canonicalPath(reference);
}

export function canonicalPath(path: string): string {
  const colon = path.lastIndexOf(":");
  const module = colon === -1 ? path : path.slice(0, colon);
  const name = colon === -1 ? "default" : path.slice(colon + 1);
  return `${module.endsWith(".js") ? module : `${module}.js`}:${name}`;
}

function conflictFault(conflict: Extract<CommitOutcome, { type: "conflict" }>): SystemFault {
  const { table, documentId, source } = conflict;
  const what = table === null ? "some table" : `the "${table}" table`;
  const who =
    documentId === null ? "" : ` A call to "${source}" changed the document with ID "${documentId}".`;
  return new SystemFault(
    "OptimisticConcurrencyControlFailure",
    `Documents read from or written to ${what} changed while this mutation was being run and on every subsequent retry.${who} See https://docs.convex.dev/error#1`,
  );
}
