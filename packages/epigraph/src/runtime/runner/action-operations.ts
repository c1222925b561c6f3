import { DatabaseError } from "../../database/database-error.ts";
import type { SyscallArguments } from "../../database/syscalls.ts";
import { unwrap } from "./action-answers.ts";
import type { ActionCall, RunningCall } from "./action-call.ts";
import { OperationError } from "./action-frame.ts";
import { ActionScheduling, NO_FUNCTIONS } from "./action-scheduling.ts";
import { addressedFunction, CREATE_HANDLE, createHandle } from "./addressed-function.ts";
import { type CallResult, isCallError } from "./call-error.ts";
import type { Access } from "./check-call.ts";
import type { Code } from "./code.ts";
import { ActionUsage, TransactionUsage } from "./execution-usage.ts";
import { environmentOf } from "./function-environment.ts";
import { LogLines } from "./log-lines.ts";
import { recordOperation } from "./recorded-operation.ts";
import { findStorageOperation, GENERATE_UPLOAD_URL, uploadUrl } from "./storage-syscalls.ts";
import { newExplainer } from "./transaction-explainer.ts";
import type { TransactionRunnerParts } from "./transaction-parts.ts";
import type { TransactionRunner } from "./transaction-runner.ts";

const ROOT = "";
const KINDS = {
  "1.0/actions/query": "query",
  "1.0/actions/mutation": "mutation",
  "1.0/actions/action": "action",
} as const;
/** How app code calls functions. */
export const NESTED: Access = { internal: true, byName: false, rights: null };

/** A function that an action calls. */
interface CalledOperation {
  readonly path: string;
  readonly kind: "query" | "mutation" | "action";
  /** JSON text of the positional arguments. */
  readonly argsJson: string;
}

export interface ActionOperationsParts extends TransactionRunnerParts {
  readonly transactions: TransactionRunner;
  readonly runAction: (call: ActionCall) => Promise<CallResult>;
  /** A fault of the server that app code saw as a general text. */
  readonly reportFault: (error: unknown) => void;
}

/** What actions ask of the backend: calls of functions, the scheduler, files without their bytes. */
export class ActionOperations {
  readonly #parts: ActionOperationsParts;
  readonly #scheduling: ActionScheduling;

  constructor(parts: ActionOperationsParts) {
    this.#parts = parts;
    this.#scheduling = new ActionScheduling(parts);
  }

  /** `ctx.runQuery` and its siblings: a call of its own on the newest data. */
  async run(
    call: RunningCall & { readonly path: string },
    name: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<string> {
    const logs = new LogLines(this.#parts.effects.nowMs, (line) =>
      call.logs.take({ ...line, path: line.path ?? path }),
    );
    let path = "";
    try {
      switch (name) {
        case "1.0/actions/query":
        case "1.0/actions/mutation":
        case "1.0/actions/action": {
          path = addressedFunction(args, name, () => this.#functions);
          const kind = KINDS[name];
          return unwrap(await this.#call(call, { path, kind, argsJson: argsJson(args) }, logs));
        }
        case "1.0/actions/schedule":
          return await this.#scheduling.schedule(call, name, args as SyscallArguments);
        case "1.0/actions/cancel_job":
          return await this.#scheduling.cancel(call, args as SyscallArguments);
        case CREATE_HANDLE:
          return createHandle(args, this.#functions);
        default:
          return await this.#storage(name, args);
      }
    } catch (error) {
      if (!(error instanceof OperationError || error instanceof DatabaseError))
        this.#parts.reportFault(error);
      throw error;
    }
  }

  /** Of the code that is active now. */
  get #functions(): Code["functions"] {
    const { newest, catalogues, codes } = this.#parts;
    const snapshot = newest.get();
    return codes.get(snapshot, catalogues.get(snapshot))?.functions ?? NO_FUNCTIONS;
  }

  /** Runs a function, and takes down how that went where somebody asked. */
  #call(call: RunningCall, called: CalledOperation, logs: LogLines): Promise<CallResult> {
    const { recorder } = call;
    if (recorder === null) return this.#run(call, called, logs);
    return recordOperation(recorder, call, called, (own) => this.#run(own, called, logs));
  }

  #run(call: RunningCall, called: CalledOperation, logs: LogLines): Promise<CallResult> {
    const { kind } = called;
    return kind === "action"
      ? this.#runAction(call, called, logs)
      : this.#runTransaction(call, kind, called, logs);
  }

  async #runAction(
    call: RunningCall,
    { path, argsJson }: CalledOperation,
    logs: LogLines,
  ): Promise<CallResult> {
    const branch = call.usage.tree?.begin(path, "action") ?? null;
    const usage = new ActionUsage(branch?.tree ?? null);
    let error: string | null = "The call was ended";
    try {
      const nested = { path, argsJson, access: NESTED, logs, usage };
      const result = await this.#parts.runAction({ ...call, ...nested });
      error = isCallError(result) ? result.message : null;
      return result;
    } finally {
      call.usage.add(usage.total);
      branch?.end(error, usage.total);
    }
  }

  /** The calls of `ctx.storage` without bytes, each of them a transaction of its own. */
  async #storage(name: string, args: Readonly<Record<string, unknown>>): Promise<string> {
    const { files, uploadTokens, effects, builtIn, newest, catalogues } = this.#parts;
    const environment = environmentOf(catalogues.get(newest.get()), builtIn());
    const place = { component: ROOT, origin: environment("CONVEX_CLOUD_URL") ?? "" };
    if (name === GENERATE_UPLOAD_URL) {
      return JSON.stringify(uploadUrl(place, uploadTokens, effects.nowMs()));
    }
    const operation = findStorageOperation(name);
    if (operation === undefined) throw new OperationError(`Unknown async operation ${name}`);
    const result = await files.transact(operation.isWrite, (transaction) =>
      operation.run(transaction, place, args),
    );
    newest.renew();
    return JSON.stringify(result);
  }

  async #runTransaction(
    { job, caller, request, usage, explain }: RunningCall,
    kind: "query" | "mutation",
    { path, argsJson }: CalledOperation,
    logs: LogLines,
  ): Promise<CallResult> {
    const { transactions, effects } = this.#parts;
    const explainer = newExplainer(explain, effects);
    const branch = usage.tree?.begin(path, kind) ?? null;
    const own = new TransactionUsage(branch?.tree);
    let error: string | null = "The call was ended";
    try {
      const { result } = await transactions.run({
        job,
        path,
        kind,
        argsJson,
        access: NESTED,
        isNested: true,
        caller,
        request,
        at: null,
        logs,
        usage: own,
        explainer,
        once: null,
        tracer: null,
        notice: null,
      });
      error = isCallError(result) ? result.message : null;
      return result;
    } finally {
      usage.add(own.total);
      branch?.end(error, own.total);
      explainer?.end();
    }
  }
}

/** JSON text of the positional arguments; the SDK sends the one object. */
function argsJson({ args }: Readonly<Record<string, unknown>>): string {
  return `[${JSON.stringify(args ?? {})}]`;
}
