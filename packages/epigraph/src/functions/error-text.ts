import type { FunctionError } from "./calls.ts";

/** What a client gets to read of a failure of app code. @param redactErrors whether it learns the request's id alone. */
export function clientErrorText(error: FunctionError, requestId: string, redactErrors: boolean): string {
  const head = `[Request ID: ${requestId}] Server Error`;
  return redactErrors ? head : `${head}\n${error.message}\n${error.frames}`;
}
