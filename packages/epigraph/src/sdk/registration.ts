// biome-ignore-all lint/suspicious/noExplicitAny: the builders' types are in registration-types.ts; handlers are opaque here
import { ABI_VERSION } from "./abi-version.ts";
import { functionArguments } from "./arguments.ts";
import { makeAuth, makeMutationAuth } from "./auth.ts";
import type { ConvexError } from "./convex-error.ts";
import { convexToJson, jsonToConvex } from "./convex-json.ts";
import type { GenericDataModel } from "./data-model.ts";
import { makeReader, makeWriter } from "./database.ts";
import { getFunctionAddress } from "./function-address.ts";
import { makeActionMeta, makeMutationMeta, makeQueryMeta } from "./meta.ts";
import { InitialQuery, TableQuery } from "./query.ts";
import type {
  ActionBuilder,
  FunctionVisibility,
  GenericActionCtx,
  MutationBuilder,
  PublicHttpAction,
  QueryBuilder,
} from "./registration-types.ts";
import { makeActionScheduler, makeMutationScheduler } from "./scheduler.ts";
import { makeStorageActionWriter, makeStorageReader, makeStorageWriter } from "./storage.ts";
import { callHostAsync } from "./syscall.ts";
import { asObjectValidator } from "./v.ts";
import type { GenericValidator } from "./validators.ts";
import type { JSONValue, Value } from "./value-types.ts";
import { makeVectorSearch } from "./vector-search.ts";

/** Queries, mutations and HTTP actions run one to an isolate: there is no request to tell apart. */
const NO_REQUEST_ID = "";

type Handler = (ctx: any, ...args: any[]) => unknown;
type Definition =
  | Handler
  | {
      args?: GenericValidator | Record<string, GenericValidator>;
      returns?: GenericValidator | Record<string, GenericValidator>;
      handler: Handler;
    };

/** Defines a public query. `_generated/server` exports it as `query`, with the app's types. */
export const queryGeneric: QueryBuilder<any, "public"> = ((definition: Definition) =>
  makeQuery(definition, "public")) as any;
/** Defines a query that only other functions can call. */
export const internalQueryGeneric: QueryBuilder<any, "internal"> = ((definition: Definition) =>
  makeQuery(definition, "internal")) as any;
/** Defines a public mutation. `_generated/server` exports it as `mutation`, with the app's types. */
export const mutationGeneric: MutationBuilder<any, "public"> = ((definition: Definition) =>
  makeMutation(definition, "public")) as any;
/** Defines a mutation that only other functions can call. */
export const internalMutationGeneric: MutationBuilder<any, "internal"> = ((definition: Definition) =>
  makeMutation(definition, "internal")) as any;
/** Defines a public action. `_generated/server` exports it as `action`, with the app's types. */
export const actionGeneric: ActionBuilder<any, "public"> = ((definition: Definition) =>
  makeAction(definition, "public")) as any;
/** Defines an action that only other functions can call. */
export const internalActionGeneric: ActionBuilder<any, "internal"> = ((definition: Definition) =>
  makeAction(definition, "internal")) as any;

/** Defines a handler of HTTP requests, to be routed in `http.ts`. */
export function httpActionGeneric(
  func: (ctx: GenericActionCtx<GenericDataModel>, request: Request) => Promise<Response>,
): PublicHttpAction {
  return Object.assign(warnWhenCalled("httpAction", func), {
    isHttp: true as const,
    invokeHttpAction: (request: Request) =>
      runHandler(func, makeActionCtx(NO_REQUEST_ID, "public"), [request]),
    _handler: func,
  });
}

function makeQuery(definition: Definition, visibility: FunctionVisibility): object {
  return register(definition, "query", visibility, (handler) => ({
    isQuery: true,
    invokeQuery: async (argsText: string) => {
      const args = decodeArgs(argsText);
      return encodeResult(await runHandler(handler, makeQueryCtx(visibility), args), true);
    },
  }));
}

function makeMutation(definition: Definition, visibility: FunctionVisibility): object {
  return register(definition, "mutation", visibility, (handler) => ({
    isMutation: true,
    invokeMutation: async (argsText: string) => {
      const args = decodeArgs(argsText);
      return encodeResult(await runHandler(handler, makeMutationCtx(visibility), args), true);
    },
  }));
}

function makeAction(definition: Definition, visibility: FunctionVisibility): object {
  return register(definition, "action", visibility, (handler) => ({
    isAction: true,
    invokeAction: async (requestId: string, argsText: string) => {
      const args = decodeArgs(argsText);
      return encodeResult(await runHandler(handler, makeActionCtx(requestId, visibility), args), false);
    },
  }));
}

function register(
  definition: Definition,
  type: "query" | "mutation" | "action",
  visibility: FunctionVisibility,
  invoker: (handler: Handler) => object,
): object {
  const isPublic = visibility === "public";
  const handler = typeof definition === "function" ? definition : definition.handler;
  const builder = isPublic ? type : `internal${type[0]!.toUpperCase()}${type.slice(1)}`;
  const { args, returns } =
    typeof definition === "function" ? {} : (definition as Exclude<Definition, Handler>);
  return Object.assign(warnWhenCalled(builder, handler), invoker(handler), {
    [isPublic ? "isPublic" : "isInternal"]: true,
    exportArgs: () => JSON.stringify(args === undefined ? { type: "any" } : asObjectValidator(args).json),
    exportReturns: () => JSON.stringify(returns === undefined ? null : asObjectValidator(returns).json),
    _handler: handler,
  });
}

function warnWhenCalled(builder: string, handler: Handler): Handler {
  return (ctx, args) => {
    globalThis.console.warn(
      `Convex functions should not directly call other Convex functions. Consider calling a helper function instead. e.g. \`export const foo = ${builder}(...); await foo(ctx);\` is not supported. See https://docs.convex.dev/production/best-practices/#use-helper-functions-to-write-shared-code`,
    );
    return handler(ctx, args);
  };
}

// The contexts are plain objects with all members of their own, because apps spread them.

function makeQueryCtx(visibility: FunctionVisibility): object {
  return {
    db: makeReader(),
    auth: makeAuth(NO_REQUEST_ID),
    storage: makeStorageReader(NO_REQUEST_ID),
    meta: makeQueryMeta(visibility),
    runQuery: runQueryInQuery,
  };
}

function makeMutationCtx(visibility: FunctionVisibility): object {
  return {
    db: makeWriter(),
    auth: makeMutationAuth(NO_REQUEST_ID),
    storage: makeStorageWriter(NO_REQUEST_ID),
    scheduler: makeMutationScheduler(),
    meta: makeMutationMeta(visibility),
    runQuery: runQueryInMutation,
    runMutation: runMutationInMutation,
  };
}

function makeActionCtx(requestId: string, visibility: FunctionVisibility): object {
  return {
    runQuery: (reference: unknown, args?: Args) => callFromAction("query", requestId, reference, args),
    runMutation: (reference: unknown, args?: Args) => callFromAction("mutation", requestId, reference, args),
    runAction: (reference: unknown, args?: Args) => callFromAction("action", requestId, reference, args),
    auth: makeAuth(requestId),
    storage: makeStorageActionWriter(requestId),
    scheduler: makeActionScheduler(requestId),
    vectorSearch: makeVectorSearch(requestId),
    meta: makeActionMeta(visibility),
  };
}

type Args = Record<string, Value>;
interface CallOptions {
  readonly transactionLimits?: object;
  readonly useStaleSnapshot?: boolean;
}

function runQueryInQuery(reference: unknown, args?: Args, options?: CallOptions): Promise<Value> {
  if (options?.useStaleSnapshot) {
    throw new Error("`useStaleSnapshot` is only supported in mutations, not queries.");
  }
  return callInTransaction("query", reference, args, options);
}

function runQueryInMutation(reference: unknown, args?: Args, options?: CallOptions): Promise<Value> {
  return callInTransaction(options?.useStaleSnapshot ? "snapshotQuery" : "query", reference, args, options);
}

function runMutationInMutation(reference: unknown, args?: Args, options?: CallOptions): Promise<Value> {
  return callInTransaction("mutation", reference, args, options);
}

async function callInTransaction(
  udfType: "query" | "mutation" | "snapshotQuery",
  reference: unknown,
  args: Args | undefined,
  options: CallOptions | undefined,
): Promise<Value> {
  const result = await callHostAsync<JSONValue>("1.0/runUdf", {
    udfType,
    args: convexToJson(functionArguments(args)),
    ...getFunctionAddress(reference),
    transactionLimits: options?.transactionLimits,
  });
  return jsonToConvex(result);
}

async function callFromAction(
  type: "query" | "mutation" | "action",
  requestId: string,
  reference: unknown,
  args: Args | undefined,
): Promise<Value> {
  const result = await callHostAsync<JSONValue>(`1.0/actions/${type}`, {
    ...getFunctionAddress(reference),
    args: convexToJson(functionArguments(args)),
    version: ABI_VERSION,
    requestId,
  });
  return jsonToConvex(result);
}

function decodeArgs(argsText: string): Value[] {
  return jsonToConvex(JSON.parse(argsText)) as Value[];
}

function encodeResult(result: unknown, refusesQueries: boolean): string {
  if (result === undefined) return "null";
  if (refusesQueries && (result instanceof TableQuery || result instanceof InitialQuery)) {
    throw new Error(
      "Return value is a Query. Results must be retrieved with `.collect()`, `.take(n), `.unique()`, or `.first()`.",
    );
  }
  return JSON.stringify(convexToJson(result as Value));
}

async function runHandler(handler: Handler, ctx: object, args: readonly unknown[]): Promise<unknown> {
  try {
    return await handler(ctx, ...args);
  } catch (error) {
    throw withTransportableData(error);
  }
}

/** Hosts take the data of a ConvexError as text, so that it survives the way out of the isolate. */
function withTransportableData(thrown: unknown): unknown {
  const identifier = Symbol.for("ConvexError");
  if (typeof thrown !== "object" || thrown === null || !(identifier in thrown)) return thrown;
  const error = thrown as unknown as ConvexError<Value> & { ConvexErrorSymbol?: symbol };
  const { data } = error as { data: Value | undefined };
  error.data = JSON.stringify(convexToJson(data === undefined ? null : data));
  error.ConvexErrorSymbol = identifier;
  return error;
}
