import type { JSONValue } from "../values/value.ts";
import { ValueError } from "../values/value-error.ts";

export interface DatabaseErrorOptions extends ErrorOptions {
  /** Encoded JSON that app code sees as the `data` of a ConvexError. */
  readonly data?: JSONValue;
  /** False when app code must not be able to go on after it; true unless told. */
  readonly catchable?: boolean;
}

/**
 * An app, or whoever wrote its data, breaks a rule of the database, or the database can't do what was asked. `message`
 * is complete and meant for the developer; `code` is stable and travels beside it.
 */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: string;
  readonly data: JSONValue | undefined;
  readonly catchable: boolean;

  constructor(code: string, message: string, options: DatabaseErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.data = options.data;
    this.catchable = options.catchable ?? true;
  }
}

/** One argument of an operation of `ctx.db` is at fault. */
export function invalidArgument(argument: string, operation: string, reason: string): DatabaseError {
  return new DatabaseError(
    "InvalidArgument",
    `Invalid argument \`${argument}\` for \`${operation}\`: ${reason}`,
  );
}

/** Runs `read`, turning a value error into one that names the argument it was found in. */
export function checkArgument<T>(argument: string, operation: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ValueError) throw invalidArgument(argument, operation, error.message);
    throw error;
  }
}
