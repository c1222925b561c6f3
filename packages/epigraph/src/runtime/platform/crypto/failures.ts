import { DOMException } from "../dom-exception.ts";
import type { KeyFormat } from "./crypto-request.ts";

// The errors that the Web Crypto standard names.

export function dataError(message: string): DOMException {
  return new DOMException(message, "DataError");
}

export function invalidAccess(message: string): DOMException {
  return new DOMException(message, "InvalidAccessError");
}

export function notSupported(message: string): DOMException {
  return new DOMException(message, "NotSupportedError");
}

export function operationError(message: string): DOMException {
  return new DOMException(message, "OperationError");
}

export function syntaxError(message: string): DOMException {
  return new DOMException(message, "SyntaxError");
}

export function wrongFormat(name: string, format: KeyFormat): DOMException {
  return notSupported(`Keys for ${name} have no format ${format}`);
}
