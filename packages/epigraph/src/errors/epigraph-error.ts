/** Codes of failures that reach clients as `{code, message}` with an HTTP status. */
export const STATUS_OF_CODE = {
  BadAdminKey: 401,
  BadConvexFunctionIdentifier: 400,
  BadDeployKey: 403,
  BadFormat: 400,
  BadJsonBody: 400,
  ClientVersionUnsupported: 400,
  EnvVarLimitMet: 400,
  EnvVarNameForbidden: 400,
  EnvVarNameNotUnique: 400,
  EnvVarTotalSizeLimitMet: 400,
  EnvironmentVariableNameInvalid: 400,
  EnvironmentVariableNameTooLong: 400,
  EnvironmentVariableValueTooLarge: 400,
  HeaderParseFailure: 400,
  InternalServerError: 500,
  InvalidAdminKey: 400,
  InvalidAuthHeader: 401,
  InvalidClientVersion: 400,
  InvalidHeaderFailure: 400,
  MissingIdentifier: 400,
  NoAuthProvider: 401,
  OptimisticConcurrencyControlFailure: 503,
  PortInUse: 500,
  RequestTooLarge: 413,
  ShuttingDown: 503,
  SnapshotInFuture: 400,
  SnapshotTooOld: 503,
  StoreBroken: 500,
  StoreFull: 503,
} as const;

export type ErrorCode = keyof typeof STATUS_OF_CODE;

/** A failure that is not a function's: code and status are stable, the message says what happened and what to do. */
export class EpigraphError extends Error {
  override readonly name = "EpigraphError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get status(): number {
    return STATUS_OF_CODE[this.code];
  }

  /** The JSON that clients get. */
  envelope(): string {
    return JSON.stringify({ code: this.code, message: this.message });
  }
}

/** Whatever was thrown, as an error with a code; faults without one say nothing of the inside to clients. */
export function toEpigraphError(thrown: unknown): EpigraphError {
  if (thrown instanceof EpigraphError) return thrown;
  const { code, message } = thrown as { code?: unknown; message?: unknown };
  if (typeof code === "string" && Object.hasOwn(STATUS_OF_CODE, code))
    return new EpigraphError(code as ErrorCode, String(message), { cause: thrown });
  return new EpigraphError("InternalServerError", "Your request couldn't be completed. Try again later.", {
    cause: thrown,
  });
}
