import { nanosecondsFromTicks } from "../store/ticks.ts";
import { encodeValueToString } from "../values/encoded-json.ts";
import type { JSONValue } from "../values/value.ts";
import { DatabaseError } from "./database-error.ts";
import type { CursorCodec } from "./query/cursor-codec.ts";
import { type PageRequest, paginate } from "./query/paginate.ts";
import { QueryCursor } from "./query/query-cursor.ts";
import { planQuery, type QueryJson } from "./query/query-plan.ts";
import { normalizeId, type Transaction } from "./transaction/transaction.ts";

/** What one function call (nested calls have their own) holds open. */
export class CallScope {
  readonly tx: Transaction;
  readonly writable: boolean;
  readonly cursors: CursorCodec;
  readonly queries: Map<number, QueryCursor> = new Map();
  nextQuery = 0;
  paginated = false;

  constructor(tx: Transaction, writable: boolean, cursors: CursorCodec) {
    this.tx = tx;
    this.writable = writable;
    this.cursors = cursors;
  }
}

type Args = Readonly<Record<string, JSONValue>>;
type Syscall = (scope: CallScope, args: Args) => string;

/** Runs a database syscall and gives its result as JSON text; undefined when the name is not one. */
export function runDatabaseSyscall(scope: CallScope, name: string, args: Args): string | undefined {
  const read = READS[name];
  if (read !== undefined) return read(scope, args);
  if (!scope.writable) return undefined;
  return WRITES[name]?.(scope, args);
}

function text(args: Args, field: string): string {
  const value = args[field];
  if (typeof value !== "string")
    throw new DatabaseError("InvalidArgument", `Invalid arguments: missing field \`${field}\``);
  return value;
}

function optionalText(args: Args, field: string): string | undefined {
  const value = args[field];
  return typeof value === "string" ? value : undefined;
}

const READS: Readonly<Record<string, Syscall>> = {
  "1.0/get": ({ tx }, args) =>
    tx.get(
      text(args, "id"),
      args["isSystem"] === true ? "db.system.get" : "db.get",
      optionalText(args, "table"),
    )?.json ?? "null",
  "1.0/queryStream": (scope, args) => {
    const cursor = new QueryCursor(
      scope.tx,
      planQuery(scope.tx.catalogue, args["query"] as unknown as QueryJson),
    );
    const queryId = scope.nextQuery++;
    scope.queries.set(queryId, cursor);
    scope.tx.usage?.checkRanges(scope.tx.reads.recorded);
    return `{"queryId":${queryId}}`;
  },
  "1.0/queryStreamNext": (scope, args) => {
    const cursor = scope.queries.get(args["queryId"] as number);
    if (cursor === undefined) throw new DatabaseError("InvalidArgument", "in-progress query not found");
    const row = cursor.next();
    return row === null ? '{"value":null,"done":true}' : `{"value":${row.json},"done":false}`;
  },
  "1.0/queryCleanup": (scope, args) => String(scope.queries.delete(args["queryId"] as number)),
  "1.0/queryPage": (scope, args) => {
    if (scope.paginated) {
      throw new DatabaseError(
        "MultiplePaginatedDatabaseQueries",
        "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
      );
    }
    scope.paginated = true;
    const request = args as unknown as PageRequest;
    return paginate(scope.tx, planQuery(scope.tx.catalogue, request.query), request, scope.cursors);
  },
  "1.0/count": (scope, args) => {
    const query: QueryJson = {
      source: { type: "FullTableScan", tableName: text(args, "table"), order: null },
      operators: [],
    };
    const cursor = new QueryCursor(scope.tx, planQuery(scope.tx.catalogue, query));
    let count = 0;
    while (cursor.next() !== null) count++;
    return String(count);
  },
  "1.0/db/normalizeId": ({ tx }, args) =>
    `{"id":${JSON.stringify(normalizeId(tx.catalogue, text(args, "table"), text(args, "idString")))}}`,
  "1.0/getSnapshotTs": ({ tx }) => encodeValueToString(nanosecondsFromTicks(tx.snapshot.ts)),
  "1.0/getTransactionMetrics": ({ tx }) => {
    const { usage, reads } = tx;
    if (usage === null) return "{}";
    const used = {
      bytesRead: usage.bytesRead,
      bytesWritten: usage.bytesWritten,
      databaseQueries: reads.recorded,
      documentsRead: usage.documentsRead,
      documentsWritten: usage.documentsWritten,
      functionsScheduled: 0,
      scheduledFunctionArgsBytes: 0,
    };
    const limits = { ...usage.limits, functionsScheduled: 1000, scheduledFunctionArgsBytes: 16_777_216 };
    return JSON.stringify(
      Object.fromEntries(
        Object.entries(used).map(([key, amount]) => [
          key,
          { used: amount, remaining: limits[key as keyof typeof limits] - amount },
        ]),
      ),
    );
  },
};

const WRITES: Readonly<Record<string, Syscall>> = {
  "1.0/insert": ({ tx }, args) =>
    `{"_id":${JSON.stringify(tx.insert(text(args, "table"), args["value"] as JSONValue))}}`,
  "1.0/shallowMerge": ({ tx }, args) =>
    tx.patch(text(args, "id"), args["value"] as JSONValue, optionalText(args, "table")),
  "1.0/replace": ({ tx }, args) =>
    tx.replace(text(args, "id"), args["value"] as JSONValue, optionalText(args, "table")),
  "1.0/remove": ({ tx }, args) => tx.delete(text(args, "id"), optionalText(args, "table")),
};
