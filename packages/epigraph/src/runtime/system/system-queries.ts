import { DatabaseError } from "../../database/database-error.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import { isPlainObject, type JSONValue, type ObjectValue } from "../../values/value.ts";
import { type CallResult, plainError } from "../runner/call-error.ts";
import { auditLog } from "./audit-queries.ts";
import { apiSpec, cloudUrl, getSchemas, listComponents, siteUrl } from "./code-queries.ts";
import { getVariable, listVariables } from "./environment-queries.ts";
import type { SystemQuery, SystemQueryContext } from "./system-query.ts";
import { listTables, readTable, tableSize, watchTable } from "./table-queries.ts";
import { getImport, latestExport, listImports } from "./transfer-queries.ts";

const PREFIX = "_system/";

const QUERIES: ReadonlyMap<string, SystemQuery> = new Map([
  ["cli/queryEnvironmentVariables.js:default", listVariables],
  ["cli/queryEnvironmentVariables.js:get", getVariable],
  ["cli/tables.js:default", listTables],
  ["cli/tableData.js:default", readTable],
  ["cli/tableSize.js:default", tableSize],
  ["cli/queryTable.js:default", watchTable],
  ["cli/modules.js:apiSpec", apiSpec],
  ["cli/convexUrl.js:cloudUrl", cloudUrl],
  ["cli/convexUrl.js:siteUrl", siteUrl],
  ["cli/exports.js:getLatest", latestExport],
  ["cli/queryImport.js:default", getImport],
  ["cli/queryImport.js:list", listImports],
  ["frontend/latestExport.js:default", latestExport],
  ["frontend/snapshotImport.js:list", listImports],
  ["epigraph/auditLog.js:default", auditLog],
  ["frontend/components.js:list", listComponents],
  ["frontend/getSchemas.js:default", getSchemas],
]);

/** Whether a function path is one of the host's: none of an app begins so. */
export function isSystemPath(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** @param path canonical, of `isSystemPath`. */
export function findSystemQuery(path: string): SystemQuery | null {
  return QUERIES.get(path.slice(PREFIX.length)) ?? null;
}

/** Runs a system query for somebody who may. */
export function runSystemQuery(
  query: SystemQuery,
  context: SystemQueryContext,
  argsJson: string,
): CallResult {
  try {
    return { json: query.run(context, parseArgs(argsJson)) };
  } catch (error) {
    if (error instanceof DatabaseError) return plainError(`Uncaught Error: ${error.message}`);
    throw error;
  }
}

/** The one argument; none is an empty object. */
function parseArgs(json: string): ObjectValue {
  const [argument = {}] = JSON.parse(json) as JSONValue[];
  let value: unknown;
  try {
    value = decodeValue(argument);
  } catch (error) {
    throw new DatabaseError("InvalidArgument", (error as Error).message);
  }
  if (isPlainObject(value)) return value as ObjectValue;
  throw new DatabaseError("InvalidArgument", "expected an object of arguments");
}
