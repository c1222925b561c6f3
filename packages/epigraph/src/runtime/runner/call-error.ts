import type { ThrownError } from "../kernel/bridge.ts";
import type { Code } from "./code.ts";

/** A failure of app code, of its arguments or of its limits, as the caller gets it. */
export interface CallError {
  /** `Uncaught Error: boom`, `ArgumentValidationError: …` */
  readonly message: string;
  /** Source-mapped frames, each with a newline. */
  readonly frames: string;
  /** Encoded JSON text of ConvexError data, or null. */
  readonly data: string | null;
}

export function plainError(message: string): CallError {
  return { message, frames: "", data: null };
}

export function uncaught(thrown: ThrownError, code: Code): CallError {
  return {
    message: `Uncaught ${thrown.text}`,
    frames: code.stacks.map(thrown.stack),
    data: thrown.data ?? null,
  };
}

/** Text of a failure as one string: message, newline, frames. */
export function errorText(error: CallError): string {
  return `${error.message}\n${error.frames}`;
}
