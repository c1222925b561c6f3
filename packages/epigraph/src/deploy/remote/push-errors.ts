import { DatabaseError } from "../../database/database-error.ts";
import { isErrorCode } from "../../errors/catalogue.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { AppError } from "../app-error.ts";

const ANALYSIS_FAILED = "Failed to analyze ";

/** What is wrong with pushed code, in the words that the official CLI shows. Faults of the server stay what they are. */
export function toPushError(error: unknown): unknown {
  if (error instanceof AppError) {
    return new EpigraphError(error.code, `Hit an error while pushing:\n${describe(error)}`, { cause: error });
  }
  if (error instanceof DatabaseError) {
    // The many rules of schemas share one code towards the CLI, which prints the text.
    const code = isErrorCode(error.code) ? error.code : "SchemaDefinitionError";
    return new EpigraphError(code, `Hit an error while pushing:\n${error.message}`, { cause: error });
  }
  return error;
}

function describe(error: AppError): string {
  const [problem] = error.problems;
  if (problem === undefined || !problem.text.startsWith(ANALYSIS_FAILED)) return error.message;
  const stack = problem.notes.join("\n");
  return `Loading the pushed modules encountered the following\n    error:\n${problem.text}\n${stack}`;
}
