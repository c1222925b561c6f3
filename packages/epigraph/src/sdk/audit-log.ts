import { ABI_VERSION } from "./abi-version.ts";
import { callHostAsync } from "./syscall.ts";

// Registered symbols, because several copies of this module may meet in one app.
type LogVarName = "requestId" | "ip" | "userAgent" | "now" | "convexActor";
const LOG_VARS: Readonly<Record<LogVarName, LogVar>> = {
  requestId: Symbol.for("epigraph.logVar.requestId"),
  ip: Symbol.for("epigraph.logVar.ip"),
  userAgent: Symbol.for("epigraph.logVar.userAgent"),
  now: Symbol.for("epigraph.logVar.now"),
  convexActor: Symbol.for("epigraph.logVar.convexActor"),
};

/** Stands for something that the host fills in. */
export type LogVar = symbol;

export type AuditLogBody = { [key: string]: AuditLogValue };
export type AuditLogValue =
  | null
  | undefined
  | boolean
  | number
  | string
  | LogVar
  | AuditLogValue[]
  | { [key: string]: AuditLogValue };

interface Log {
  /** Writes an entry to the audit log. In a mutation it is written only if the mutation commits. */
  readonly audit: (body: AuditLogBody) => Promise<void>;
  /** What the host knows about the request, to be put into an entry. */
  readonly vars: Readonly<Record<LogVarName, LogVar>>;
}

export const log: Log = { audit, vars: LOG_VARS };

async function audit(body: AuditLogBody): Promise<void> {
  await callHostAsync("1.0/auditLog", { body: entryFields(body), version: ABI_VERSION });
}

function entryFields(fields: AuditLogBody): object {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (key.startsWith("$")) throw new Error(`Audit log body keys must not start with "$": "${key}"`);
      return [key, entryValue(value)];
    }),
  );
}

function entryValue(value: AuditLogValue): unknown {
  if (typeof value === "symbol") {
    const known = Object.entries(LOG_VARS).find(([, symbol]) => symbol === value);
    if (known === undefined) throw new Error(`Unknown audit var symbol: ${String(value)}.`);
    return { $var: known[0] };
  }
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? value.map(entryValue) : entryFields(value);
}
