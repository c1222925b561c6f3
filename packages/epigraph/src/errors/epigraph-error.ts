import { ERROR_CATALOGUE, isErrorCode } from "./catalogue.ts";
import type { ErrorCode } from "./error-code.ts";

/** The body of every answer that is neither data nor the outcome of a function. */
export interface ErrorEnvelope {
  readonly code: string;
  readonly message: string;
}

const INTERNAL_MESSAGE = "Your request couldn't be completed. Try again later.";

/** A failure with a code of the catalogue. `message` is complete: what happened and, where it helps, what to do. */
export class EpigraphError extends Error {
  override readonly name = "EpigraphError";
  readonly code: ErrorCode;
  readonly status: number;

  /** @param options `status`: instead of the catalogue's, where somebody else's answer decides. */
  constructor(code: ErrorCode, message: string, options: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    this.code = code;
    this.status = options.status ?? ERROR_CATALOGUE[code].status;
  }

  /** Whether the caller may read the message; otherwise it is for the operator only. */
  get isForCaller(): boolean {
    return ERROR_CATALOGUE[this.code].audience === "user";
  }

  /** What a caller over HTTP is told. */
  toEnvelope(): ErrorEnvelope {
    return this.isForCaller
      ? { code: this.code, message: this.message }
      : { code: "InternalServerError", message: INTERNAL_MESSAGE };
  }
}

/**
 * The one place where unknown thrown things become errors of the catalogue. Errors of lower layers keep the code they
 * carry when the catalogue knows it; everything else is an `InternalServerError` with the original as its cause.
 */
export function toEpigraphError(thrown: unknown): EpigraphError {
  if (thrown instanceof EpigraphError) return thrown;
  if (thrown instanceof Error && "code" in thrown && typeof thrown.code === "string") {
    if (isErrorCode(thrown.code)) return new EpigraphError(thrown.code, thrown.message, { cause: thrown });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new EpigraphError("InternalServerError", message, { cause: thrown });
}
