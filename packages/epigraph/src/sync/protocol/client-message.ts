import { EpigraphError } from "../../errors/epigraph-error.ts";
import { canonicalFunctionPath } from "../../functions/function-path.ts";
import { decodeTimestamp } from "../../functions/timestamp.ts";
import { type ActingIdentity, toActingIdentity } from "../../services/keys/acting-identity.ts";
import type { Ticks } from "../../store/ticks.ts";
import { isPlainObject } from "../../values/value.ts";

/** Where a function is, and what it gets. */
export interface AddressedCall {
  /** Canonical, `messages.js:list`. */
  readonly path: string;
  /** Empty for the app itself. */
  readonly componentPath: string;
  /** JSON text of the arguments; that they are an array is for others to check. */
  readonly argsJson: string;
}

export type QuerySetModification =
  | (AddressedCall & { readonly type: "Add"; readonly queryId: number; readonly journal: string | null })
  | { readonly type: "Remove"; readonly queryId: number };

/** Credentials as a client presents them. */
export type SyncToken =
  | { readonly type: "None" }
  | { readonly type: "User"; readonly token: string }
  | {
      readonly type: "Admin";
      readonly key: string;
      /** The user that the admin acts as; null for none. */
      readonly actingAs: ActingIdentity | null;
    };

export type ClientMessage =
  | {
      readonly type: "Connect";
      readonly sessionId: string;
      /** Null where the client has seen nothing. */
      readonly maxObserved: Ticks | null;
      /** Wall clock of the client in milliseconds; null where it does not say. */
      readonly clientMs: number | null;
    }
  | {
      readonly type: "ModifyQuerySet";
      readonly baseVersion: number;
      readonly newVersion: number;
      readonly modifications: readonly QuerySetModification[];
    }
  | (AddressedCall & { readonly type: "Mutation" | "Action"; readonly requestId: number })
  | { readonly type: "Authenticate"; readonly baseVersion: number; readonly token: SyncToken }
  | { readonly type: "Event" };

type Fields = Readonly<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MAX_U32 = 2 ** 32 - 1;

/** A message that is none. The text is for the client. */
export class ClientMessageError extends Error {
  override readonly name = "ClientMessageError";

  constructor(detail: string) {
    super(`Received Invalid JSON on websocket: ${detail}`);
  }
}

/**
 * Reads what a client sent. What it does not know of a message is ignored.
 * @throws ClientMessageError
 */
export function parseClientMessage(text: string): ClientMessage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ClientMessageError((error as Error).message);
  }
  if (!isPlainObject(json)) throw new ClientMessageError("expected an object");
  const message: Fields = json;
  switch (message["type"]) {
    case "Connect":
      return readConnect(message);
    case "ModifyQuerySet":
      return {
        type: "ModifyQuerySet",
        baseVersion: count(message, "baseVersion"),
        newVersion: count(message, "newVersion"),
        modifications: list(message, "modifications").map(readModification),
      };
    case "Mutation":
    case "Action":
      return { type: message["type"], requestId: count(message, "requestId"), ...readCall(message) };
    case "Authenticate":
      return {
        type: "Authenticate",
        baseVersion: count(message, "baseVersion"),
        token: readToken(message),
      };
    case "Event":
      requiredText(message, "eventType");
      return { type: "Event" };
    default:
      throw new ClientMessageError(`unknown message type ${JSON.stringify(message["type"]) ?? "undefined"}`);
  }
}

function readConnect(message: Fields): ClientMessage {
  const sessionId = requiredText(message, "sessionId");
  if (!UUID.test(sessionId)) throw new ClientMessageError("sessionId: expected a UUID");
  count(message, "connectionCount");
  optionalText(message, "lastCloseReason");
  const observed = optionalText(message, "maxObservedTimestamp");
  const maxObserved = observed === null ? null : decodeTimestamp(observed);
  if (observed !== null && maxObserved === null) {
    throw new ClientMessageError("maxObservedTimestamp: expected base64 of eight bytes");
  }
  const clientMs = message["clientTs"] ?? null;
  if (clientMs !== null && !Number.isSafeInteger(clientMs)) {
    throw new ClientMessageError("clientTs: expected an integer");
  }
  return { type: "Connect", sessionId: sessionId.toLowerCase(), maxObserved, clientMs: clientMs as number };
}

function readModification(modification: unknown): QuerySetModification {
  if (!isPlainObject(modification)) throw new ClientMessageError("modifications: expected objects");
  const fields: Fields = modification;
  const queryId = count(fields, "queryId");
  switch (fields["type"]) {
    case "Add":
      return { type: "Add", queryId, ...readCall(fields), journal: optionalText(fields, "journal") };
    case "Remove":
      return { type: "Remove", queryId };
    default:
      throw new ClientMessageError("modifications: expected Add or Remove");
  }
}

function readCall(fields: Fields): AddressedCall {
  if (fields["args"] === undefined) throw new ClientMessageError("missing field args");
  const componentPath = optionalText(fields, "componentPath") ?? "";
  const udfPath = requiredText(fields, "udfPath");
  try {
    return { path: canonicalFunctionPath(udfPath), componentPath, argsJson: JSON.stringify(fields["args"]) };
  } catch (error) {
    if (error instanceof EpigraphError) throw new ClientMessageError(`udfPath: ${error.message}`);
    throw error;
  }
}

function readToken(message: Fields): SyncToken {
  switch (message["tokenType"]) {
    case "None":
      return { type: "None" };
    case "User":
      return { type: "User", token: requiredText(message, "value") };
    case "Admin": {
      // The Rust client has another name for it.
      const attributes = message["impersonating"] ?? message["acting_as"] ?? null;
      const actingAs = attributes === null ? null : toActingIdentity(attributes);
      if (attributes !== null && actingAs === null) {
        throw new ClientMessageError("impersonating: expected tokenIdentifier, or issuer and subject");
      }
      return { type: "Admin", key: requiredText(message, "value"), actingAs };
    }
    default:
      throw new ClientMessageError("tokenType: expected User, Admin or None");
  }
}

function requiredText(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw new ClientMessageError(`${name}: expected a string`);
  return value;
}

function optionalText(fields: Fields, name: string): string | null {
  return fields[name] === undefined || fields[name] === null ? null : requiredText(fields, name);
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MAX_U32) {
    throw new ClientMessageError(`${name}: expected an unsigned integer of 32 bits`);
  }
  return value as number;
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new ClientMessageError(`${name}: expected an array`);
  return value;
}
