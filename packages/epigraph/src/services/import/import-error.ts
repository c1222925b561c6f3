import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { ErrorCode } from "../../errors/error-code.ts";

/** What is wrong with data that is being imported; its author can do something about it. */
export class ImportError extends EpigraphError {
  constructor(code: ErrorCode, text: string) {
    super(code, `Hit an error while importing:\n${text}`);
  }
}
