import { DatabaseError } from "../../database/database-error.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import { isPlainObject, type JSONValue, type ObjectValue } from "../../values/value.ts";
import { ValueError } from "../../values/value-error.ts";
import { type CallResult, plainError } from "../runner/call-error.ts";
import { auditLog } from "./audit-queries.ts";
import { apiSpec, cloudUrl, getSchemas, listComponents, siteUrl } from "./code-queries.ts";
import { listCrons } from "./cron-queries.ts";
import { describeDeployment } from "./deployment-queries.ts";
import { addDocument, patchOne, removeDocuments, replaceOne } from "./document-mutations.ts";
import { findDocument, readPage } from "./document-queries.ts";
import { getVariable, listVariables } from "./environment-queries.ts";
import { describeFile, generateUploadUrl, removeFiles } from "./file-functions.ts";
import { listFunctions } from "./function-queries.ts";
import { listPushes } from "./push-queries.ts";
import { listScheduled } from "./scheduled-queries.ts";
import { describeTables } from "./schema-queries.ts";
import { sourceAround } from "./source-queries.ts";
import type { SystemFunction, SystemMutation, SystemQuery, SystemQueryContext } from "./system-query.ts";
import { listTables, readTable, tableSize, watchTable } from "./table-queries.ts";
import { getImport, latestExport, listImports } from "./transfer-queries.ts";

const PREFIX = "_system/";

const QUERIES: ReadonlyMap<string, SystemQuery> = new Map<string, SystemQuery>([
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
  ["dashboard/functions.js:list", listFunctions],
  ["dashboard/tables.js:list", describeTables],
  ["dashboard/documents.js:page", readPage],
  ["dashboard/documents.js:get", findDocument],
  ["dashboard/files.js:get", describeFile],
  ["dashboard/scheduled.js:list", listScheduled],
  ["dashboard/crons.js:list", listCrons],
  ["dashboard/deployment.js:get", describeDeployment],
  ["dashboard/pushes.js:list", listPushes],
  ["dashboard/source.js:around", sourceAround],
]);

const MUTATIONS: ReadonlyMap<string, SystemMutation> = new Map<string, SystemMutation>([
  ["dashboard/documents.js:add", addDocument],
  ["dashboard/documents.js:replace", replaceOne],
  ["dashboard/documents.js:patch", patchOne],
  ["dashboard/documents.js:remove", removeDocuments],
  ["dashboard/files.js:remove", removeFiles],
  ["dashboard/files.js:generateUploadUrl", generateUploadUrl],
]);

/** Whether a function path is one of the host's: none of an app begins so. */
export function isSystemPath(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** @param path canonical, of `isSystemPath`. */
export function findSystemQuery(path: string): SystemQuery | null {
  return QUERIES.get(path.slice(PREFIX.length)) ?? null;
}

/** @param path canonical, of `isSystemPath`. */
export function findSystemMutation(path: string): SystemMutation | null {
  return MUTATIONS.get(path.slice(PREFIX.length)) ?? null;
}

/** Runs a system function for somebody who may. */
export function runSystemFunction(
  { run }: SystemFunction,
  context: SystemQueryContext,
  argsJson: string,
): CallResult {
  try {
    return { json: run(context, parseArgs(argsJson)) };
  } catch (error) {
    // What is wrong with the values that a person gave, and not with the program.
    if (error instanceof DatabaseError || error instanceof ValueError)
      return plainError(`Uncaught Error: ${error.message}`);
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
