import { ABI_VERSION } from "./abi-version.ts";
import { callHostAsync } from "./syscall.ts";

// Registered symbols, because several copies of this module may meet in one app.
const requestId: unique symbol = Symbol.for("epigraph.logVar.requestId");
const ip: unique symbol = Symbol.for("epigraph.logVar.ip");
const userAgent: unique symbol = Symbol.for("epigraph.logVar.userAgent");
const now: unique symbol = Symbol.for("epigraph.logVar.now");
const convexActor: unique symbol = Symbol.for("epigraph.logVar.convexActor");

interface LogVars {
  readonly requestId: typeof requestId;
  readonly ip: typeof ip;
  readonly userAgent: typeof userAgent;
  readonly now: typeof now;
  readonly convexActor: typeof convexActor;
}

/** Stands for something that the host fills in. */
export type LogVar = LogVars[keyof LogVars];

const LOG_VARS: LogVars = { requestId, ip, userAgent, now, convexActor };

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
  readonly vars: LogVars;
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
