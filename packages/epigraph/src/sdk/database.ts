// biome-ignore-all lint/suspicious/noExplicitAny: the public types are in database-types.ts; here documents are any JSON
import { COMMIT_TS } from "../values/commit-ts.ts";
import { ABI_VERSION } from "./abi-version.ts";
import { requireArgument } from "./arguments.ts";
import { convexToJson, jsonToConvex, patchValueToJson } from "./convex-json.ts";
import type { GenericDatabaseReader, GenericDatabaseWriter } from "./database-types.ts";
import { InitialQuery } from "./query.ts";
import { callHost, callHostAsync } from "./syscall.ts";
import type { JSONValue } from "./value-types.ts";

/**
 * `ctx.db` of queries. Its functions hold no state and never use `this`: apps spread the object and call the
 * functions detached, and building it costs one copy.
 */
export function makeReader(): GenericDatabaseReader<any> {
  return { ...READER, system: { ...SYSTEM_READER } } as any;
}

/** `ctx.db` of mutations. */
export function makeWriter(): GenericDatabaseWriter<any> {
  return { ...READER, ...WRITER, system: { ...SYSTEM_READER }, vars: { commitTs: COMMIT_TS } } as any;
}

const READER = /* @__PURE__ */ reader(false);
const SYSTEM_READER = /* @__PURE__ */ reader(true);

function reader(isSystem: boolean): object {
  return {
    get: (arg0: any, arg1?: any) =>
      arg1 === undefined ? get(undefined, arg0, isSystem) : get(arg0, arg1, isSystem),
    query: (tableName: string) => query(tableName, isSystem),
    normalizeId: (tableName: string, id: string) => normalizeId(tableName, id, isSystem),
    table: (tableName: string) => tableReader(tableName, isSystem),
  };
}

const WRITER = {
  insert,
  patch: (arg0: any, arg1: any, arg2?: any) =>
    arg2 === undefined ? patch(undefined, arg0, arg1) : patch(arg0, arg1, arg2),
  replace: (arg0: any, arg1: any, arg2?: any) =>
    arg2 === undefined ? replace(undefined, arg0, arg1) : replace(arg0, arg1, arg2),
  delete: (arg0: any, arg1?: any) => (arg1 === undefined ? remove(undefined, arg0) : remove(arg0, arg1)),
  table: (tableName: string) => ({
    ...tableReader(tableName, false),
    insert: (value: any) => insert(tableName, value),
    patch: (id: any, value: any) => patch(tableName, id, value),
    replace: (id: any, value: any) => replace(tableName, id, value),
    delete: (id: any) => remove(tableName, id),
  }),
};

function tableReader(tableName: string, isSystem: boolean): object {
  return {
    get: (id: any) => get(tableName, id, isSystem),
    query: () => query(tableName, isSystem),
  };
}

async function get(table: string | undefined, id: unknown, isSystem: boolean): Promise<any> {
  requireArgument(id, 1, "get", "id");
  if (typeof id !== "string") {
    throw new Error(`Invalid argument \`id\` for \`db.get\`, expected string but got '${typeof id}': ${id}`);
  }
  const args = { id, isSystem, version: ABI_VERSION, table };
  return jsonToConvex(await callHostAsync<JSONValue>("1.0/get", args));
}

function query(tableName: string, isSystem: boolean): InitialQuery {
  checkTable(tableName, isSystem, "query");
  return new InitialQuery(tableName);
}

function normalizeId(tableName: string, id: string, isSystem: boolean): string | null {
  requireArgument(tableName, 1, "normalizeId", "tableName");
  requireArgument(id, 2, "normalizeId", "id");
  checkTable(tableName, isSystem, "normalizeId");
  return callHost<{ id: string | null }>("1.0/db/normalizeId", { table: tableName, idString: id }).id;
}

function checkTable(tableName: string, isSystem: boolean, method: string): void {
  if (tableName.startsWith("_") === isSystem) return;
  throw new Error(
    isSystem
      ? `User tables can only be accessed from db.${method}().`
      : `System tables can only be accessed from db.system.${method}().`,
  );
}

async function insert(table: string, value: any): Promise<string> {
  requireArgument(table, 1, "insert", "table");
  if (table.startsWith("_")) throw new Error("System tables (prefixed with `_`) are read-only.");
  requireArgument(value, 2, "insert", "value");
  const args = { table, value: convexToJson(value) };
  return (await callHostAsync<{ _id: string }>("1.0/insert", args))._id;
}

async function patch(table: string | undefined, id: any, value: any): Promise<void> {
  requireArgument(id, 1, "patch", "id");
  requireArgument(value, 2, "patch", "value");
  await callHostAsync("1.0/shallowMerge", { id: convexToJson(id), value: patchValueToJson(value), table });
}

async function replace(table: string | undefined, id: any, value: any): Promise<void> {
  requireArgument(id, 1, "replace", "id");
  requireArgument(value, 2, "replace", "value");
  await callHostAsync("1.0/replace", { id: convexToJson(id), value: convexToJson(value), table });
}

async function remove(table: string | undefined, id: any): Promise<void> {
  requireArgument(id, 1, "delete", "id");
  await callHostAsync("1.0/remove", { id: convexToJson(id), table });
}
