import { findIndex, rangeFields, type Table, type TableIndex } from "../../database/catalogue/table.ts";
import { DatabaseError } from "../../database/database-error.ts";
import { runDatabaseSyscall } from "../../database/syscalls.ts";
import { encodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import { tryDecodeId } from "../../values/id.ts";
import { isPlainObject, type JSONValue, type ObjectValue, type Value } from "../../values/value.ts";
import {
  listArgument,
  objectArgument,
  optionalTextArgument,
  type SystemQuery,
  textArgument,
} from "./system-query.ts";

/** A condition on a field, as a person has put it together. */
interface Condition {
  readonly field: string;
  readonly operator: Operator;
  readonly value: JSONValue;
}

type Operator = keyof typeof RANGE_TYPES;

/** By the names that filters have for them; `neq` is no range. */
const RANGE_TYPES = { eq: "Eq", neq: null, lt: "Lt", lte: "Lte", gt: "Gt", gte: "Gte" } as const;
/** So many rows are looked at for one page: a few tens of milliseconds. */
const MAX_ROWS_READ = 4_000;

/**
 * A page of documents: `{table, filters: [{field, operator, value}], sort, order, paginationOpts}`, all filters together.
 * `sort` names the index in whose order they come; where it names none, they come in that of the index that takes the most
 * filters, else by their creation. With what `paginate` answers comes `index`: the one that was used, null where every
 * document of the table is looked at.
 */
export const readPage: SystemQuery = {
  right: "ViewData",
  run({ transaction, component, queries }, args) {
    const tableName = textArgument(args, "table");
    const { cursor = null, endCursor = null, numItems = 0 } = objectArgument(args, "paginationOpts");
    const order = args["order"] === "asc" ? "asc" : "desc";
    const conditions = listArgument(args, "filters").map(readCondition);
    const table = transaction.catalogue.namespace(component).table(tableName);
    const sort = optionalTextArgument(args, "sort");
    const choice =
      table === null
        ? null
        : sort === null
          ? chooseIndex(table, conditions)
          : sortedBy(table, sort, conditions);
    const used = new Set(choice?.conditions);
    const source =
      choice === null
        ? { type: "FullTableScan", tableName, order }
        : {
            type: "IndexRange",
            indexName: `${tableName}.${choice.index.name}`,
            range: choice.conditions.map(({ field, operator, value }) => ({
              type: RANGE_TYPES[operator],
              fieldPath: field,
              value,
            })),
            order,
          };
    const rest = conditions.filter((condition) => !used.has(condition)).map(toFilter);
    const page = runDatabaseSyscall(transaction, queries, "1.0/queryPage", {
      query: { source, operators: rest.length === 0 ? [] : [{ filter: { $and: rest } }] } as JSONValue,
      cursor: cursor as string | null,
      endCursor: endCursor as string | null,
      pageSize: numItems as number,
      maximumRowsRead: MAX_ROWS_READ,
    }) as string;
    return `{"index":${JSON.stringify(choice?.index.name ?? null)},${page.slice(1)}`;
  },
};

/** A document of any table, by its id alone: `{table, document}`, null when there is none. */
export const findDocument: SystemQuery = {
  right: "ViewData",
  run({ transaction, component, queries }, args) {
    const id = textArgument(args, "id");
    const number = tryDecodeId(id)?.tableNumber;
    const table =
      number === undefined ? null : transaction.catalogue.namespace(component).tableByNumber(number);
    if (table === null) return "null";
    const isSystem = table.name.startsWith("_");
    const found = runDatabaseSyscall(transaction, queries, "1.0/get", { id, isSystem }) as string;
    return found === "null" ? found : `{"table":${encodeValueToString(table.name)},"document":${found}}`;
  },
};

function readCondition(value: Value): Condition {
  const condition = isPlainObject(value) ? (value as ObjectValue) : {};
  const { field, operator } = condition;
  if (typeof field !== "string" || typeof operator !== "string" || !Object.hasOwn(RANGE_TYPES, operator)) {
    throw new DatabaseError("InvalidArgument", "`filters`: expected a field, an operator and a value each");
  }
  return { field, operator: operator as Operator, value: encodeValue(condition["value"] as Value) };
}

interface IndexChoice {
  readonly index: TableIndex;
  readonly conditions: readonly Condition[];
}

/** The index that takes the most of the conditions; null where none takes any. */
function chooseIndex(table: Table, conditions: readonly Condition[]): IndexChoice | null {
  let best: IndexChoice | null = null;
  for (const { name } of table.indexes) {
    const index = usableIndex(table, name);
    if (index === null) continue;
    const taken = takenBy(index, conditions);
    if (taken.length > (best?.conditions.length ?? 0)) best = { index, conditions: taken };
  }
  return best;
}

/** @throws DatabaseError where the table has no such index, or not yet. */
function sortedBy(table: Table, name: string, conditions: readonly Condition[]): IndexChoice {
  const index = usableIndex(table, name);
  if (index === null) {
    throw new DatabaseError("InvalidArgument", `\`sort\`: the table has no index "${name}", or not yet`);
  }
  return { index, conditions: takenBy(index, conditions) };
}

function usableIndex(table: Table, name: string): TableIndex | null {
  const index = findIndex(table, name);
  return index === null || index.state !== "enabled" || index.staged ? null : index;
}

/** Equalities on the first fields, then bounds on the next one. */
function takenBy(index: TableIndex, conditions: readonly Condition[]): readonly Condition[] {
  const taken: Condition[] = [];
  for (const field of rangeFields(index)) {
    const own = conditions.filter((condition) => condition.field === field);
    const equality = own.find(({ operator }) => operator === "eq");
    if (equality !== undefined) {
      taken.push(equality);
      continue;
    }
    const lower = own.find(({ operator }) => operator === "gt" || operator === "gte");
    const upper = own.find(({ operator }) => operator === "lt" || operator === "lte");
    taken.push(...[lower, upper].filter((bound) => bound !== undefined));
    break;
  }
  return taken;
}

function toFilter({ field, operator, value }: Condition): JSONValue {
  return { [`$${operator}`]: [{ $field: field }, { $literal: value }] };
}
