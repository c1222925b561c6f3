import { isUtf8 } from "node:buffer";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { isPlainObject } from "../values/value.ts";
import { BodyTooLargeError, readBody } from "./body.ts";
import type { Exchange } from "./exchange.ts";

/** 16 MiB of arguments and something around them. */
export const MAX_JSON_BODY_BYTES: number = 16 * 1024 * 1024 + 2000;

const JSON_CONTENT_TYPE = /^application\/(?:json|[^\s;/]+\+json)\s*(?:;|$)/i;

/** The object that a request carries; fields are read with `requiredString` and its siblings. */
export type JsonBody = Readonly<Record<string, unknown>>;

/**
 * Reads a body that must be a JSON object.
 * @throws EpigraphError `BadJsonBody`
 */
export async function readJsonBody(exchange: Exchange): Promise<JsonBody> {
  const { request } = exchange;
  if (!JSON_CONTENT_TYPE.test(request.headers["content-type"] ?? "")) {
    throw badJsonBody("Expected request with `Content-Type: application/json`");
  }
  let bytes: Buffer;
  try {
    bytes = await readBody(request, MAX_JSON_BODY_BYTES);
  } catch (error) {
    if (error instanceof BodyTooLargeError) {
      throw badJsonBody(`Failed to buffer the request body: ${error.message}`);
    }
    throw error;
  }
  return parseJsonObject(bytes);
}

/** @throws EpigraphError `BadJsonBody` */
export function parseJsonObject(bytes: Buffer): JsonBody {
  const json = parseJson(bytes);
  if (!isPlainObject(json)) throw wrongShape("expected an object");
  return json;
}

function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw badJsonBody("Failed to parse the request body as JSON: it is not UTF-8");
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw badJsonBody(`Failed to parse the request body as JSON: ${(error as Error).message}`);
  }
}

/** @throws EpigraphError `BadJsonBody` when it is missing or no string. */
export function requiredString(body: JsonBody, field: string): string {
  const value = requiredField(body, field);
  if (typeof value === "string") return value;
  throw wrongShape(`${field}: expected a string`);
}

/** Null for a field that is missing or null. */
export function optionalString(body: JsonBody, field: string): string | null {
  const value = Object.hasOwn(body, field) ? body[field] : null;
  if (value === null || typeof value === "string") return value;
  throw wrongShape(`${field}: expected a string`);
}

export function requiredArray(body: JsonBody, field: string): readonly unknown[] {
  const value = requiredField(body, field);
  if (Array.isArray(value)) return value;
  throw wrongShape(`${field}: expected an array`);
}

/** @throws EpigraphError `BadJsonBody` when it is missing. */
export function requiredField(body: JsonBody, field: string): unknown {
  if (Object.hasOwn(body, field)) return body[field];
  throw wrongShape(`missing field \`${field}\``);
}

/** The JSON is fine, but not what the endpoint takes. */
export function wrongShape(detail: string): EpigraphError {
  return badJsonBody(`Failed to deserialize the JSON body into the target type: ${detail}`);
}

function badJsonBody(message: string): EpigraphError {
  return new EpigraphError("BadJsonBody", message);
}
