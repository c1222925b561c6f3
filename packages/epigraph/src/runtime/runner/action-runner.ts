import type { Catalogue } from "../../database/catalogue/catalogue.ts";
import { DatabaseError } from "../../database/database-error.ts";
import type { SyscallArguments } from "../../database/syscalls.ts";
import { makeNodeApp, type NodeCode } from "../node/node-code.ts";
import { NodeFiles } from "../node/node-files.ts";
import type { NodeLimits } from "../node/node-limits.ts";
import { NodePool } from "../node/node-pool.ts";
import { answerOperation, operationFailure, readOutcome, unwrap } from "./action-answers.ts";
import { ActionFiles } from "./action-files.ts";
import {
  type ActionFrame,
  type ActionOutcome,
  type IncomingBody,
  OperationError,
  type ResponseSink,
  type RunningAction,
} from "./action-frame.ts";
import { ActionRealm } from "./action-realm.ts";
import { ActionScheduling } from "./action-scheduling.ts";
import { type CallResult, isCallError, plainError } from "./call-error.ts";
import type { Caller, RequestInfo } from "./caller.ts";
import { type Access, checkArgs, checkResult, resolveFunction } from "./check-call.ts";
import type { Code, FunctionInfo } from "./code.ts";
import { ActionUsage, TransactionUsage } from "./execution-usage.ts";
import { addressedFunction, splitPath } from "./function-path.ts";
import { LogLines } from "./log-lines.ts";
import { findStorageOperation, GENERATE_UPLOAD_URL, uploadUrl } from "./storage-syscalls.ts";
import { type Explain, newExplainer } from "./transaction-explainer.ts";
import type { TransactionRunner, TransactionRunnerParts } from "./transaction-runner.ts";

const ROOT = "";
const ONLY_IN_MUTATIONS =
  "An unresolved commit timestamp can only be used inside the mutation that created it";
const NESTED: Access = { internal: true, byName: false, rights: null };

export interface ActionRunnerParts extends TransactionRunnerParts {
  readonly transactions: TransactionRunner;
  readonly node: NodeLimits;
  /** A fault of the server that app code saw as a general text. */
  readonly reportFault: (error: unknown) => void;
}

export interface ActionCall {
  readonly job: number;
  readonly path: string;
  readonly argsJson: string;
  readonly caller: Caller;
  readonly access: Access;
  readonly request: RequestInfo;
  readonly logs: LogLines;
  readonly usage: ActionUsage;
  readonly explain: Explain;
}

export interface HttpActionRequest {
  readonly job: number;
  /** JSON text of `[url, method, header pairs]`. */
  readonly headJson: string;
  readonly routedPath: string;
  readonly body: Uint8Array | IncomingBody | null;
  readonly caller: Caller;
  readonly request: RequestInfo;
  readonly response: ResponseSink;
  readonly logs: LogLines;
  readonly usage: ActionUsage;
  readonly explain: Explain;
}

/** What code runs now, and on what data. */
interface Now {
  readonly code: Code | null;
  readonly catalogue: Catalogue;
}

/** Runs actions and HTTP actions, many at once. */
export class ActionRunner {
  readonly #parts: ActionRunnerParts;
  readonly #scheduling: ActionScheduling;
  #realms: ActionRealm[] = [];
  readonly #files: ActionFiles;
  #current: Now | null = null;
  /** Made with the first action that needs it. */
  #nodes: NodePool | null = null;

  constructor(parts: ActionRunnerParts) {
    this.#parts = parts;
    this.#scheduling = new ActionScheduling(parts);
    this.#files = new ActionFiles({
      storage: parts.files,
      onWrite: () => parts.newest.renew(),
      reportFault: parts.reportFault,
    });
  }

  /** @throws StoreError: a fault of the server. */
  async run(call: ActionCall): Promise<CallResult> {
    const { code, catalogue } = this.#now();
    const info = resolveFunction(code, call.path, "Action", call.access);
    if (isCallError(info)) return info;
    const namespace = catalogue.namespace(ROOT);
    const refused = checkArgs(call.path, info, call.argsJson, namespace, (line) =>
      call.logs.warn(line, null),
    );
    if (refused !== null) return refused;
    const frame = this.#frame(call, catalogue, { kind: "action", body: null, response: null });
    const outcome = info.isNode
      ? this.#runInNode(code as Code, catalogue, frame, call.argsJson)
      : this.#realm(code as Code).runAction(call.job, frame, call.argsJson).outcome;
    return this.#result(call, info, await outcome);
  }

  /** @throws EpigraphError `TooManyConcurrentRequests` */
  async #runInNode(
    code: Code,
    catalogue: Catalogue,
    frame: ActionFrame,
    argsJson: string,
  ): Promise<ActionOutcome> {
    const { node, transactions, instanceName, effects, reportFault } = this.#parts;
    this.#nodes ??= new NodePool({ limits: node, effects, report: reportFault });
    const app = makeNodeApp(code.node as NodeCode, transactions.variables(catalogue));
    const [module, name] = splitPath(frame.path);
    const files = new NodeFiles(frame.files);
    try {
      return await this.#nodes.run(app, {
        frame,
        module,
        name,
        argsJson,
        operation: async (operation, args) => {
          try {
            this.#parts.newest.renew();
            const text =
              files.answer(operation, args) ?? answerOperation(frame, instanceName, operation, args);
            return { ok: true, text: await text };
          } catch (error) {
            return { ok: false, text: JSON.stringify(operationFailure(error)) };
          }
        },
        readOutcome: (text) =>
          text.startsWith("P")
            ? { type: "error", error: plainError(text.slice(1)), route: null }
            : readOutcome(text, code),
      });
    } finally {
      files.cancelAll();
    }
  }

  /** Null when the app has no HTTP actions. @throws StoreError: a fault of the server. */
  runHttp(request: HttpActionRequest): RunningAction | null {
    const { code, catalogue } = this.#now();
    if (code === null || !code.hasHttpRoutes) return null;
    const { job, headJson, routedPath, body, response } = request;
    const isWhole = body === null || body instanceof Uint8Array;
    const frame = this.#frame({ ...request, path: "http.js:default" }, catalogue, {
      kind: "http",
      body: isWhole ? null : body,
      response,
    });
    return this.#realm(code).runHttpAction(job, frame, {
      headJson,
      routedPath,
      body: isWhole ? body : true,
    });
  }

  /** Collects the garbage of realms in which nothing waits: collecting takes some room, which an action may have used up. */
  collect(): void {
    for (const realm of this.#realms) if (realm.isIdle) realm.collect();
  }

  dispose(): void {
    this.#nodes?.dispose();
    for (const realm of this.#realms) realm.dispose();
    this.#realms = [];
  }

  /** Looked up once for all that begins in the same turn of the event loop: whoever saw a push done asks in a later one. */
  #now(): Now {
    if (this.#current !== null) return this.#current;
    const snapshot = this.#parts.newest.get();
    const catalogue = this.#parts.catalogues.get(snapshot);
    this.#current = { catalogue, code: this.#parts.codes.get(snapshot, catalogue) };
    setImmediate(() => {
      this.#current = null;
    });
    return this.#current;
  }

  #frame(
    call: Pick<ActionCall, "job" | "path" | "caller" | "request" | "logs" | "usage" | "explain">,
    catalogue: Catalogue,
    rest: Pick<ActionFrame, "kind" | "body" | "response">,
  ): ActionFrame {
    const { path, caller, request, logs, usage } = call;
    return {
      path,
      caller,
      request,
      logs,
      usage,
      environment: this.#parts.transactions.environment(catalogue),
      operation: (name, args) => this.#operation(call, name, args),
      files: this.#files,
      ...rest,
    };
  }

  #result({ path, access, logs }: ActionCall, info: FunctionInfo, outcome: ActionOutcome): CallResult {
    switch (outcome.type) {
      case "error":
        return outcome.error;
      case "fault":
        throw outcome.error;
      case "noRoute":
        return plainError("An action has no routes");
      case "value": {
        const { json } = outcome;
        const reader = access === NESTED ? "sdk" : "client";
        const namespace = this.#now().catalogue.namespace(ROOT);
        return checkResult(path, info, json, namespace, (line) => logs.warn(line, null), {
          reader,
          commitTsRefusal: ONLY_IN_MUTATIONS,
        });
      }
    }
  }

  /** `ctx.runQuery` and its siblings: a call of its own on the newest data. */
  async #operation(
    call: Pick<ActionCall, "job" | "path" | "caller" | "request" | "logs" | "usage" | "explain">,
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
          path = addressedFunction(args, name);
          return unwrap(
            await this.#runTransaction(
              call,
              name === "1.0/actions/query" ? "query" : "mutation",
              path,
              args,
              logs,
            ),
          );
        case "1.0/actions/action":
          path = addressedFunction(args, name);
          return unwrap(await this.#runAction(call, path, args, logs));
        case "1.0/actions/schedule":
          return await this.#scheduling.schedule(call, name, args as SyscallArguments);
        case "1.0/actions/cancel_job":
          return await this.#scheduling.cancel(call, args as SyscallArguments);
        default:
          return await this.#storage(name, args);
      }
    } catch (error) {
      if (!(error instanceof OperationError || error instanceof DatabaseError))
        this.#parts.reportFault(error);
      throw error;
    }
  }

  async #runAction(
    call: Pick<ActionCall, "job" | "caller" | "request" | "usage" | "explain">,
    path: string,
    args: Readonly<Record<string, unknown>>,
    logs: LogLines,
  ): Promise<CallResult> {
    const branch = call.usage.tree?.begin(path, "action") ?? null;
    const usage = new ActionUsage(branch?.tree ?? null);
    let error: string | null = "The call was ended";
    try {
      const nested = { path, argsJson: argsJson(args), access: NESTED, logs, usage };
      const result = await this.run({ ...call, ...nested });
      error = isCallError(result) ? result.message : null;
      return result;
    } finally {
      call.usage.add(usage.total);
      branch?.end(error);
    }
  }

  /** The calls of `ctx.storage` without bytes, each of them a transaction of its own. */
  async #storage(name: string, args: Readonly<Record<string, unknown>>): Promise<string> {
    const { files, uploadTokens, effects, builtIn, newest } = this.#parts;
    const place = { component: ROOT, origin: builtIn()["CONVEX_CLOUD_URL"] ?? "" };
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
    {
      job,
      caller,
      request,
      usage,
      explain,
    }: Pick<ActionCall, "job" | "caller" | "request" | "usage" | "explain">,
    kind: "query" | "mutation",
    path: string,
    args: Readonly<Record<string, unknown>>,
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
        argsJson: argsJson(args),
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
      branch?.end(error);
      explainer?.end();
    }
  }

  /** A realm of this code with room; those of older code, and spoiled ones, go once their actions have ended. */
  #realm(code: Code): ActionRealm {
    this.#realms = this.#realms.filter((realm) => {
      if (realm.isDisposed) return false;
      if ((realm.code === code && !realm.isSpoiled) || !realm.isIdle) return true;
      realm.dispose();
      return false;
    });
    const free = this.#realms.find((realm) => realm.code === code && realm.hasRoom());
    if (free !== undefined) return free;
    const { effects, instanceName, slices, realmScript } = this.#parts;
    const realm = new ActionRealm({
      code,
      effects,
      instanceName,
      slices,
      onEvent: () => this.#parts.newest.renew(),
      script: realmScript,
    });
    this.#realms.push(realm);
    return realm;
  }
}

/** JSON text of the positional arguments; the SDK sends the one object. */
function argsJson({ args }: Readonly<Record<string, unknown>>): string {
  return `[${JSON.stringify(args ?? {})}]`;
}
