import type { TableNames } from "../../database/catalogue/namespace.ts";
import { FunctionQueries } from "../../database/query/function-queries.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { WITH_COMMIT_TS } from "../../values/encoded-json.ts";
import {
  findSystemMutation,
  findSystemQuery,
  isSystemPath,
  runSystemFunction,
} from "../system/system-queries.ts";
import { type CallResult, isCallError, plainError } from "./call-error.ts";
import { allows, refusalOf } from "./caller.ts";
import { checkArgs, checkResult, resolveFunction } from "./check-call.ts";
import type { Code } from "./code.ts";
import { environmentOf, hostVariablesOf } from "./function-environment.ts";
import { userTimeWarning } from "./limit-warnings.ts";
import type { SystemLine } from "./log-lines.ts";
import { runNestedCall } from "./nested-call.ts";
import type { TransactionCall } from "./transaction-call.ts";
import { type TransactionFrame, UncatchableError } from "./transaction-frame.ts";
import type { TransactionRunnerParts } from "./transaction-parts.ts";
import { TransactionRealm } from "./transaction-realm.ts";

/** What a frame has of where its call stands among others. */
export type Place = Pick<TransactionFrame, "depth" | "time" | "nowMs" | "seed">;

const ROOT = "";

const QUERY_RETURNS_COMMIT_TS = "queries cannot return an unresolved commit timestamp";

/** Runs calls inside transactions: their checks, their realms, and the calls that they make in turn. */
export class TransactionCalls {
  readonly #parts: TransactionRunnerParts;
  /** By depth, for the push that ran last. */
  #realms: TransactionRealm[] = [];
  #realmsCode: Code | null = null;

  constructor(parts: TransactionRunnerParts) {
    this.#parts = parts;
  }

  /** A whole call. @throws a fault of the server. */
  run(call: TransactionCall, code: Code | null, transaction: Transaction, place: Place): CallResult {
    try {
      const result = this.#call(call, code, transaction, place);
      for (const warning of transaction.warnings()) call.logs.warn(warning, null);
      call.logs.warn(userTimeWarning(place.time), null);
      return result;
    } catch (error) {
      if (!(error instanceof UncatchableError)) throw error;
      if (error.error === null) throw error.cause;
      return error.error;
    }
  }

  collect(): void {
    for (const realm of this.#realms) realm.collect();
  }

  dispose(): void {
    for (const realm of this.#realms) realm.dispose();
    this.#realms = [];
    this.#realmsCode = null;
  }

  /** Checks, runs and checks the result of a call at some depth. */
  #call(call: TransactionCall, code: Code | null, transaction: Transaction, place: Place): CallResult {
    const { path, kind, argsJson } = call;
    if (isSystemPath(path)) {
      const answer = this.#callSystem(call, transaction);
      if (answer !== null) return answer;
    }
    call.tracer?.functionRead(path);
    const info = resolveFunction(code, path, kind === "query" ? "Query" : "Mutation", call.access);
    if (isCallError(info) || code === null) return info as CallResult;
    const { tracer } = call;
    const names = (): TableNames => {
      const namespace = transaction.catalogue.namespace(ROOT);
      return tracer === null ? namespace : tracer.watch(namespace);
    };
    const warn = (line: SystemLine | null): void => call.logs.warn(line, place.depth === 0 ? null : path);
    const options = place.depth > 0 ? WITH_COMMIT_TS : undefined;
    const refused = checkArgs(path, info, argsJson, names(), warn, options);
    if (refused !== null) return refused;
    const queries = new FunctionQueries({
      component: ROOT,
      writable: kind === "mutation",
      cursors: this.#parts.cursors,
      // A nested function has a page of its own, which starts anew each time.
      journal: place.depth === 0 ? (tracer?.journal ?? null) : null,
      watchNames: tracer === null ? undefined : (namespace) => tracer.watch(namespace),
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
      environment: environmentOf(transaction.catalogue, this.#parts.builtIn()),
      logs: call.logs,
      tracer,
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
      return checkResult(path, info, result.json, names(), warn, {
        reader: call.isNested || place.depth > 0 ? "sdk" : "client",
        commitTsRefusal: place.depth === 0 && kind === "query" ? QUERY_RETURNS_COMMIT_TS : null,
      });
    } finally {
      queries.closeAll();
      if (place.depth === 0) tracer?.pageRead(queries.journal);
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

  /** A function that the host answers itself; null when there is none of that name for this caller. */
  #callSystem(
    { path, kind, argsJson, access, caller, tracer }: TransactionCall,
    transaction: Transaction,
  ): CallResult | null {
    const { rights } = access;
    if (rights === null) return null;
    const [query, mutation] = [findSystemQuery(path), findSystemMutation(path)];
    if (query !== null && kind !== "query") return wrongKind(path, "Mutation", "Query");
    if (mutation !== null && kind !== "mutation") return wrongKind(path, "Query", "Mutation");
    const found = query ?? mutation;
    if (found === null) return null;
    if (!allows(rights, found.right)) return plainError(refusalOf(found.right));
    tracer?.catalogueRead();
    const { cursors, builtIn, uploadTokens } = this.#parts;
    const queries = new FunctionQueries({
      component: ROOT,
      writable: kind === "mutation",
      cursors,
      journal: tracer?.journal ?? null,
    });
    const uploadToken = (component: string, nowMs: number): string => uploadTokens.create(component, nowMs);
    const own = hostVariablesOf(transaction.catalogue, builtIn());
    const author = caller.type === "admin" ? caller.name : "";
    const context = { transaction, component: ROOT, builtIn: own, queries, uploadToken, author };
    try {
      return runSystemFunction(found, context, argsJson);
    } finally {
      tracer?.pageRead(queries.journal);
    }
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

function wrongKind(path: string, asked: string, defined: string): CallResult {
  return plainError(`Trying to execute ${path} as ${asked}, but it is defined as ${defined}.`);
}
