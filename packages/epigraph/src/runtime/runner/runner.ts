import type { PushInfo } from "../../database/catalogue/catalogue.ts";
import type { Ticks } from "../../store/ticks.ts";
import { type ActionFrame, ActionRealm, type ActionResult, type ResponseSink } from "./action-realm.ts";
import { type CallError, errorText } from "./call-error.ts";
import type { Identity, RequestInfo } from "./caller.ts";
import { type Access, checkArgs, checkResult, type Kind, resolveFunction } from "./check-call.ts";
import type { Code } from "./code.ts";
import { LogLines } from "./log-lines.ts";
import { NestedCallError } from "./transaction-realm.ts";
import {
  type CallResult,
  canonicalPath,
  functionPath,
  type RunnerParts,
  TransactionRunner,
} from "./transaction-runner.ts";

/** Who calls, as app code may see it. */
export interface CallerView {
  /** Null for anonymous callers and admins; throws when the credentials were bad. */
  readonly identity: () => Identity | null;
  readonly access: Access;
  readonly request: RequestInfo;
}

export interface HttpRequestParts {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | null;
}

/** Runs the functions of one deployment, against its own snapshots, in realms of its own. */
export class Runner {
  readonly #parts: RunnerParts;
  readonly #transactions: TransactionRunner;
  #actions: { readonly pushId: string; readonly realm: ActionRealm } | null = null;
  readonly #retired = new Set<ActionRealm>();

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#transactions = new TransactionRunner(parts);
  }

  /** @param kind null: the function's own kind decides. @throws SystemFault */
  async call(
    kind: Kind | null,
    path: string,
    argsJson: string,
    caller: CallerView,
    at: Ticks | null,
    logs: LogLines,
  ): Promise<CallResult> {
    const canonical = canonicalPath(path);
    const actual = kind ?? this.#kindOf(canonical);
    if (actual === "Action") return this.#action(canonical, argsJson, caller, logs);
    return this.#transactions.run({
      path: canonical,
      kind: actual === "Mutation" ? "mutation" : "query",
      argsJson,
      access: caller.access,
      identity: quietIdentity(caller),
      request: caller.request,
      at,
      logs,
    });
  }

  /** @returns null when the deployment has no HTTP actions. */
  async http(
    request: HttpRequestParts,
    caller: CallerView,
    sink: ResponseSink,
    onStarted: (abort: () => void) => void,
    logs: LogLines,
  ): Promise<ActionResult | null> {
    const { code, push } = this.#active();
    if (code === null || push?.httpRoutes == null) return null;
    const { body } = request;
    const iterator = body === null || body instanceof Uint8Array ? null : body[Symbol.asyncIterator]();
    const frame: ActionFrame = {
      ...this.#frame("http.js:default", caller, logs),
      body: iterator,
      response: sink,
    };
    const head = JSON.stringify([request.url, request.method, request.headers]);
    return this.#actionRealm(code).runHttp(
      frame,
      head,
      request.path,
      body instanceof Uint8Array ? body : body === null ? null : true,
      onStarted,
    );
  }

  close(): void {
    this.#actions?.realm.dispose();
    for (const realm of this.#retired) realm.dispose();
    this.#transactions.close();
  }

  async #action(path: string, argsJson: string, caller: CallerView, logs: LogLines): Promise<CallResult> {
    const { code, catalogue } = this.#active();
    const info = resolveFunction(catalogue, path, "Action", caller.access);
    if ("message" in info) return info;
    const refused = checkArgs(catalogue, path, info, argsJson);
    if (refused !== null) return refused;
    const frame = this.#frame(path, caller, logs);
    const result = await this.#actionRealm(code as Code).runAction(frame, argsJson);
    if (!("json" in result)) return result as CallError;
    return checkResult(catalogue, path, info, result.json) ?? result;
  }

  #frame(path: string, caller: CallerView, logs: LogLines): ActionFrame {
    const builtIn = this.#parts.builtIn();
    const { catalogue } = this.#active();
    return {
      path,
      identity: caller.identity,
      request: caller.request,
      environment: (name) => builtIn[name] ?? catalogue.environment.get(name),
      logs,
      operation: (name, args) => this.#operation(name, args, caller, logs),
      body: null,
      response: null,
    };
  }

  /** `ctx.runQuery` and its siblings in an action: a call of its own on the newest data. */
  async #operation(
    name: string,
    args: Readonly<Record<string, unknown>>,
    caller: CallerView,
    logs: LogLines,
  ): Promise<string> {
    const kind = (
      {
        "1.0/actions/query": "Query",
        "1.0/actions/mutation": "Mutation",
        "1.0/actions/action": "Action",
      } as const
    )[name];
    if (kind === undefined) throw new NestedCallError(`Unknown async operation ${name}`, undefined);
    const path = functionPath(args);
    const nestedLogs = new LogLines(null);
    const result = await this.call(
      kind,
      path,
      `[${JSON.stringify(args["args"])}]`,
      { ...caller, access: { internal: true, byName: false } },
      null,
      nestedLogs,
    );
    logs.append(nestedLogs);
    if ("json" in result) return result.json;
    throw new NestedCallError(
      errorText(result).trimEnd(),
      result.data === null ? undefined : JSON.parse(result.data),
    );
  }

  #kindOf(path: string): Kind {
    return this.#active().catalogue.push?.functions.get(path)?.udfType ?? "Query";
  }

  #active(): {
    code: Code | null;
    push: PushInfo | null;
    catalogue: ReturnType<RunnerParts["catalogues"]["get"]>;
  } {
    const snapshot = this.#parts.snapshots.open();
    try {
      const catalogue = this.#parts.catalogues.get(snapshot);
      return {
        catalogue,
        push: catalogue.push,
        code: catalogue.push === null ? null : this.#transactions.code(snapshot, catalogue),
      };
    } finally {
      snapshot.close();
    }
  }

  /** The realm of the active push; one of an older push goes once its actions have ended. */
  #actionRealm(code: Code): ActionRealm {
    if (this.#actions !== null && this.#actions.pushId === code.pushId && !this.#actions.realm.disposed)
      return this.#actions.realm;
    if (this.#actions !== null && !this.#actions.realm.disposed) this.#retired.add(this.#actions.realm);
    for (const realm of this.#retired) {
      if (!realm.idle) continue;
      realm.dispose();
      this.#retired.delete(realm);
    }
    const realm = new ActionRealm(code, this.#parts.effects);
    this.#actions = { pushId: code.pushId, realm };
    return realm;
  }
}

/** In queries and mutations bad credentials read as nobody. */
function quietIdentity(caller: CallerView): Identity | null {
  try {
    return caller.identity();
  } catch {
    return null;
  }
}
