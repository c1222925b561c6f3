import type { ThrownError } from "../kernel/bridge.ts";
import type { StackMapper } from "./stack-mapper.ts";

/** A failure of app code, of its arguments or of its limits, as the caller gets it. */
export interface CallError {
  /** Full text without frames: `Uncaught Error: boom`, `ArgumentValidationError: …`. */
  readonly message: string;
  /** Source-mapped frames, each `    at …` and a newline; may be empty. */
  readonly frames: string;
  /** Encoded JSON text of a ConvexError's data; null when the error is not a ConvexError. */
  readonly data: string | null;
  /** Set when it is not the function's fault, and might go well another time. */
  readonly isTransient?: true;
  /** Set when nothing of the function has run. */
  readonly hasNotBegun?: true;
}

/** The encoded JSON text of a result. */
export interface CallValue {
  readonly json: string;
  /** Set when the timestamp of the commit is to be put into it. */
  readonly holdsCommitTs?: true;
}

/** How a call ended: with its result, or its failure. */
export type CallResult = CallValue | CallError;

/** Longer texts are cut: whoever throws a megabyte must not make everyone carry it. */
const MAX_MESSAGE_LENGTH = 64 * 1024;

export function isCallError(result: object): result is CallError {
  return "message" in result;
}

export function plainError(message: string): CallError {
  return { message, frames: "", data: null };
}

/** What the server could not do for a function. */
export function transientError(message: string): CallError {
  return { ...plainError(message), isTransient: true };
}

/** What every function of a paused deployment comes to. */
export function pausedError(): CallError {
  const message =
    "Cannot run functions while this deployment is paused. Resume the deployment in the dashboard settings to allow functions to run.";
  return { ...transientError(message), hasNotBegun: true };
}

/** @param limitMs what app code had, whole seconds. */
export function timeoutError(limitMs: number): CallError {
  return plainError(`Function execution timed out (maximum duration: ${limitMs / 1000}s)`);
}

export function memoryError(): CallError {
  return plainError("JavaScript execution ran out of memory (maximum memory usage: 64 MB)");
}

/** The failure that a value thrown by app code is. */
export function uncaught(thrown: ThrownError, stacks: StackMapper): CallError {
  return {
    message: cut(`Uncaught ${thrown.text}`),
    frames: stacks.map(thrown.stack),
    data: thrown.data ?? null,
  };
}

/** Message, newline, frames. */
export function errorText({ message, frames }: CallError): string {
  return `${message}\n${frames}`;
}

function cut(text: string): string {
  if (text.length <= MAX_MESSAGE_LENGTH) return text;
  const end = isHighSurrogate(text.charCodeAt(MAX_MESSAGE_LENGTH - 1))
    ? MAX_MESSAGE_LENGTH - 1
    : MAX_MESSAGE_LENGTH;
  return text.slice(0, end);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
