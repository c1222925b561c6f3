import type { Catalogue } from "../../database/catalogue/catalogue.ts";
import { makeNodeApp, type NodeCode } from "../node/node-code.ts";
import { NodeFiles } from "../node/node-files.ts";
import type { NodeLimits } from "../node/node-limits.ts";
import { NodePool } from "../node/node-pool.ts";
import { answerOperation, operationFailure, readOutcome } from "./action-answers.ts";
import type { ActionCall, HttpActionRequest, RunningCall } from "./action-call.ts";
import { ActionFiles } from "./action-files.ts";
import type { ActionFrame, ActionOutcome, RunningAction } from "./action-frame.ts";
import { ActionOperations, NESTED } from "./action-operations.ts";
import { ActionRealms } from "./action-realms.ts";
import { type CallResult, isCallError, pausedError, plainError } from "./call-error.ts";
import { checkArgs, checkResult, resolveFunction } from "./check-call.ts";
import type { Code, FunctionInfo } from "./code.ts";
import { environmentOf, variablesOf } from "./function-environment.ts";
import { splitPath } from "./function-path.ts";
import type { TransactionRunnerParts } from "./transaction-parts.ts";
import type { TransactionRunner } from "./transaction-runner.ts";

const ROOT = "";
const ONLY_IN_MUTATIONS =
  "An unresolved commit timestamp can only be used inside the mutation that created it";

const PAUSED_HTTP: RunningAction = {
  outcome: Promise.resolve({ type: "error", error: pausedError(), route: null }),
  disconnect: () => {},
};

export interface ActionRunnerParts extends TransactionRunnerParts {
  readonly transactions: TransactionRunner;
  readonly node: NodeLimits;
  /** A fault of the server that app code saw as a general text. */
  readonly reportFault: (error: unknown) => void;
}

/** What code runs now, and on what data. */
interface Now {
  readonly code: Code | null;
  readonly catalogue: Catalogue;
}

/** Runs actions and HTTP actions, many at once. */
export class ActionRunner {
  readonly #parts: ActionRunnerParts;
  readonly #operations: ActionOperations;
  readonly #realms: ActionRealms;
  readonly #files: ActionFiles;
  #current: Now | null = null;
  /** Made with the first action that needs it. */
  #nodes: NodePool | null = null;

  constructor(parts: ActionRunnerParts) {
    this.#parts = parts;
    this.#realms = new ActionRealms(parts);
    this.#operations = new ActionOperations({ ...parts, runAction: (call) => this.run(call) });
    this.#files = new ActionFiles({
      storage: parts.files,
      onWrite: () => parts.newest.renew(),
      reportFault: parts.reportFault,
    });
  }

  /** @throws StoreError: a fault of the server. */
  async run(call: ActionCall): Promise<CallResult> {
    const { code, catalogue } = this.#now();
    if (catalogue.isPaused) return pausedError();
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
      : this.#realms.get(code as Code).runAction(call.job, frame, call.argsJson).outcome;
    return this.#result(call, info, await outcome);
  }

  /** @throws EpigraphError `TooManyConcurrentRequests` */
  async #runInNode(
    code: Code,
    catalogue: Catalogue,
    frame: ActionFrame,
    argsJson: string,
  ): Promise<ActionOutcome> {
    const { node, builtIn, instanceName, effects, reportFault } = this.#parts;
    this.#nodes ??= new NodePool({ limits: node, effects, report: reportFault });
    const app = makeNodeApp(code.node as NodeCode, variablesOf(catalogue, builtIn()));
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
    if (catalogue.isPaused) return PAUSED_HTTP;
    if (code === null || !code.hasHttpRoutes) return null;
    const { job, headJson, routedPath, body, response } = request;
    const isWhole = body === null || body instanceof Uint8Array;
    const frame = this.#frame({ ...request, path: "http.js:default" }, catalogue, {
      kind: "http",
      body: isWhole ? null : body,
      response,
    });
    return this.#realms.get(code).runHttpAction(job, frame, {
      headJson,
      routedPath,
      body: isWhole ? body : true,
    });
  }

  /** Collects the garbage of realms in which nothing waits. */
  collect(): void {
    this.#realms.collect();
  }

  dispose(): void {
    this.#nodes?.dispose();
    this.#realms.dispose();
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
    call: RunningCall & { readonly path: string },
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
      environment: environmentOf(catalogue, this.#parts.builtIn()),
      operation: (name, args) => this.#operations.run(call, name, args),
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
}
