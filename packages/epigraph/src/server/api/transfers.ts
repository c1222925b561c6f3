import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { AdminRight } from "../../runtime/runner/caller.ts";
import { IMPORT_FORMATS, IMPORT_MODES, type ImportRequest } from "../../services/import/import-request.ts";
import { isPlainObject } from "../../values/value.ts";
import { requireRight } from "../authorization.ts";
import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";
import {
  optionalString,
  readJsonBody,
  requiredArray,
  requiredField,
  requiredString,
  wrongShape,
} from "../json-body.ts";
import type { Handler, Route } from "../router.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendJson } from "./function-answer.ts";
import { callerOf, parseComponentPath } from "./function-request.ts";

const ZIP_PREFIX = "/api/export/zip/";
const CANCEL_PREFIX = "/api/export/cancel/";
const EXPIRATION_PREFIX = "/api/export/set_expiration/";

/** Exports and imports. */
export const transferRoutes: readonly Route[] = [
  { method: "POST", path: "/api/export/request/zip", handle: withRight("CreateBackups", postRequestExport) },
  { method: "GET", path: ZIP_PREFIX, handle: withRight("DownloadBackups", getExport) },
  { method: "POST", path: CANCEL_PREFIX, handle: withRight("CreateBackups", postCancelExport) },
  { method: "POST", path: EXPIRATION_PREFIX, handle: withRight("CreateBackups", postSetExpiration) },
  { method: "POST", path: "/api/import", handle: withRight("ImportBackups", postImport) },
  { method: "POST", path: "/api/import/start_upload", handle: withRight("ImportBackups", postStartUpload) },
  { method: "POST", path: "/api/import/upload_part", handle: withRight("ImportBackups", postUploadPart) },
  { method: "POST", path: "/api/import/finish_upload", handle: withRight("ImportBackups", postFinishUpload) },
  { method: "POST", path: "/api/perform_import", handle: withRight("ImportBackups", postPerformImport) },
  { method: "POST", path: "/api/epigraph/clear_table", handle: withRight("WriteData", postClearTable) },
  { method: "POST", path: "/api/cancel_import", handle: withRight("ImportBackups", postCancelImport) },
];

type AdminHandler = (exchange: Exchange, parts: ServerParts, name: string) => void | Promise<void>;

/** @param handle gets the name of the key. */
function withRight(right: AdminRight, handle: AdminHandler): Handler {
  return async function checked(exchange, parts): Promise<void> {
    const { name } = requireRight(await callerOf(exchange, parts), right);
    await handle(exchange, parts, name);
  };
}

async function postRequestExport(
  exchange: Exchange,
  { exports, audit }: ServerParts,
  name: string,
): Promise<void> {
  const parameters = new URLSearchParams(exchange.query);
  const includeStorage = parameters.get("includeStorage") === "true";
  const table = parameters.get("table");
  await exports.request(includeStorage, table);
  await audit.record(name, "request_export", {
    format: "zip",
    include_storage: includeStorage,
    ...(table === null ? {} : { table }),
  });
  sendNothing(exchange);
}

/** The file itself, as long as the client reads it. */
async function getExport(
  exchange: Exchange,
  { exports, instanceName, audit }: ServerParts,
  name: string,
): Promise<void> {
  const { path, startTs } = exports.file(lastSegment(exchange, ZIP_PREFIX));
  await audit.record(name, "download_export", { id: String(startTs) });
  const { size } = await stat(path);
  const headers = corsHeaders(exchange.request);
  headers.push("content-type", "application/zip", "content-length", String(size));
  headers.push("content-disposition", `attachment; filename=snapshot_${instanceName}_${startTs}.zip`);
  if (!exchange.sendHead(200, headers)) return;
  try {
    await pipeline(createReadStream(path), exchange.response);
  } catch {
    // The client has gone, or the disk has failed: whoever reads sees that the end is missing.
    exchange.response.destroy();
  }
}

async function postCancelExport(exchange: Exchange, { exports }: ServerParts): Promise<void> {
  await exports.cancel(lastSegment(exchange, CANCEL_PREFIX));
  sendNothing(exchange);
}

async function postSetExpiration(exchange: Exchange, { exports }: ServerParts): Promise<void> {
  const { expirationTsNs } = await readJsonBody(exchange);
  const isNumber = typeof expirationTsNs === "number" && Number.isInteger(expirationTsNs);
  if (!isNumber || expirationTsNs < 0) throw wrongShape("expirationTsNs: expected a number");
  await exports.setExpiration(lastSegment(exchange, EXPIRATION_PREFIX), BigInt(expirationTsNs));
  sendNothing(exchange);
}

async function postImport(exchange: Exchange, { imports, audit }: ServerParts, name: string): Promise<void> {
  const parameters = new URLSearchParams(exchange.query);
  const request = importRequest((field) => parameters.get(field));
  const numWritten = await imports.now(exchange.request, request);
  await audit.record(name, "snapshot_import", auditOf(request));
  sendJson(exchange, JSON.stringify({ numWritten }));
}

function postStartUpload(exchange: Exchange, { uploads }: ServerParts): void {
  sendJson(exchange, JSON.stringify({ uploadToken: uploads.start() }));
}

async function postUploadPart(exchange: Exchange, { uploads }: ServerParts): Promise<void> {
  const parameters = new URLSearchParams(exchange.query);
  const token = parameters.get("uploadToken") ?? "";
  const number = Number(parameters.get("partNumber") ?? Number.NaN);
  sendJson(exchange, JSON.stringify(await uploads.addPart(token, number, exchange.request)));
}

async function postFinishUpload(
  exchange: Exchange,
  { uploads, imports, audit }: ServerParts,
  name: string,
): Promise<void> {
  const body = await readJsonBody(exchange);
  const wanted = requiredField(body, "import");
  if (!isPlainObject(wanted)) throw wrongShape("import: expected an object");
  const request = importRequest((field) => optionalString(wanted as never, field));
  const partTokens = requiredArray(body, "partTokens").map(String);
  const uploadToken = requiredString(body, "uploadToken");
  await uploads.finish(uploadToken, partTokens);
  const importId = await imports.begin(uploadToken, request);
  await audit.record(name, "snapshot_import", { ...auditOf(request), id: importId });
  sendJson(exchange, JSON.stringify({ importId }));
}

async function postPerformImport(exchange: Exchange, { imports }: ServerParts): Promise<void> {
  await imports.confirm(requiredString(await readJsonBody(exchange), "importId"));
  sendNothing(exchange);
}

/** `{table}`: removes all of its documents at once. */
async function postClearTable(
  exchange: Exchange,
  { imports, audit }: ServerParts,
  name: string,
): Promise<void> {
  const table = requiredString(await readJsonBody(exchange), "table");
  await imports.clear(table);
  await audit.record(name, "clear_tables", { table_names: [table] });
  sendNothing(exchange);
}

async function postCancelImport(exchange: Exchange, { imports }: ServerParts): Promise<void> {
  await imports.cancel(requiredString(await readJsonBody(exchange), "importId"));
  sendNothing(exchange);
}

function importRequest(field: (name: string) => string | null): Omit<ImportRequest, "path"> {
  const format = IMPORT_FORMATS.find((candidate) => candidate === field("format"));
  const mode = IMPORT_MODES.find((candidate) => candidate === (field("mode") ?? "requireEmpty"));
  const tableName = field("tableName");
  if (format === undefined) throw wrongImport(`format: expected one of ${IMPORT_FORMATS.join(", ")}`);
  if (mode === undefined) throw wrongImport(`mode: expected one of ${IMPORT_MODES.join(", ")}`);
  if (parseComponentPath(field("componentPath")) !== "") {
    throw new EpigraphError("NotYet", "not yet in this version: components");
  }
  if (format === "zip" && tableName !== null) throw wrongImport("a ZIP names its tables itself");
  if (format !== "zip" && tableName === null) throw wrongImport("tableName: missing");
  return { format, mode, tableName };
}

function auditOf({ format, mode, tableName }: Omit<ImportRequest, "path">): object {
  return { import_format: format, import_mode: mode, table_name: tableName };
}

function wrongImport(what: string): EpigraphError {
  return new EpigraphError("InvalidImport", `The import can't be done: ${what}`);
}

function lastSegment({ path }: Exchange, prefix: string): string {
  return path.slice(prefix.length);
}

function sendNothing(exchange: Exchange): void {
  exchange.send(200, corsHeaders(exchange.request), "");
}
