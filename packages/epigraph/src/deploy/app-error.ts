import type { ErrorCode } from "../errors/error-code.ts";

/** A place in the app's source. */
export interface SourceLocation {
  /** Path relative to the app's folder, with `/`. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 0-based, in UTF-16 code units. */
  readonly column: number;
}

/** One thing that is wrong with the app. */
export interface Problem {
  readonly text: string;
  readonly location: SourceLocation | null;
  /** What helps to mend it. */
  readonly notes: readonly string[];
}

/**
 * The app can't be pushed as it is; its developer has to change something. The message has each problem on a line of
 * its own with its place; what runs stays as it was.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, problems: readonly Problem[]) {
    super(problems.map(describeProblem).join("\n"));
    this.code = code;
    this.problems = problems;
  }
}

/** An error of one problem. */
export function appError(
  code: ErrorCode,
  text: string,
  location: SourceLocation | null = null,
  notes: readonly string[] = [],
): AppError {
  return new AppError(code, [{ text, location, notes }]);
}

function describeProblem({ text, location }: Problem): string {
  return location === null ? text : `${text} (${location.file}:${location.line})`;
}
