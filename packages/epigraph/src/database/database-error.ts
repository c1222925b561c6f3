/** An operation of app code that the database refuses: the text is the platform's, the code is stable, user code may catch it. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: string;
  /** Encoded JSON of ConvexError data, for the few errors that clients recognise by it. */
  readonly data: unknown;

  constructor(code: string, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** `Invalid argument \`id\` for \`db.get\`: <cause>` */
export function invalidArgument(argument: string, method: string, cause: string): DatabaseError {
  return new DatabaseError("InvalidArgument", `Invalid argument \`${argument}\` for \`${method}\`: ${cause}`);
}
