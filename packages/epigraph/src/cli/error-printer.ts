import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError, type Problem, type SourceLocation } from "../deploy/app-error.ts";
import type { App } from "../deploy/find-app.ts";
import { toAppPath } from "../deploy/prepare-modules.ts";
import type { Paint } from "./paint.ts";

/** A stack frame's place: `(../convex/messages.ts:3:9)` or `at ../convex/messages.ts:3:9`. */
const FRAME = /(?:\(|\bat (?:async )?)([^\s()]+\.[mc]?[jt]sx?):(\d+):(\d+)\)?/;

/**
 * What is shown for an error of a push: each message with its place in the app's source and the lines around it.
 */
export function describeError(error: unknown, app: App, paint: Paint): string {
  if (error instanceof AppError) {
    return error.problems.map((problem) => describeProblem(problem, app, paint)).join("\n");
  }
  const text = error instanceof Error ? error.message : String(error);
  const location = locateFrame(text) ?? (error instanceof Error ? locateFrame(error.stack ?? "") : null);
  const frame = location === null ? null : codeFrame(app, location, paint);
  return `${paint("red", "✘")} ${text}\n${frame === null ? "" : `${place(location as SourceLocation, paint)}${frame}`}`;
}

function describeProblem({ text, location, notes }: Problem, app: App, paint: Paint): string {
  const frame = location === null ? null : codeFrame(app, location, paint);
  const lines = [
    `${paint("red", "✘")} ${text}\n`,
    location === null ? "" : place(location, paint),
    frame ?? "",
    ...notes.map((note) => `  ${paint("dim", note)}\n`),
  ];
  return lines.join("");
}

function place({ file, line, column }: SourceLocation, paint: Paint): string {
  return `  ${paint("cyan", `${file}:${line}:${column + 1}`)}\n`;
}

/** The first frame of the app's own code in a stack. */
function locateFrame(stack: string): SourceLocation | null {
  const match = FRAME.exec(stack);
  if (match === null) return null;
  const [, source, line, column] = match as unknown as [string, string, string, string];
  return { file: toAppPath(source), line: Number(line), column: Number(column) - 1 };
}

const LINES_BEFORE = 2;
const LINES_AFTER = 1;

/** The line, its neighbours, and a mark under the column; null when the file can't be read. */
export function codeFrame(app: App, { file, line, column }: SourceLocation, paint: Paint): string | null {
  let lines: string[];
  try {
    lines = readFileSync(join(app.folder, file), "utf8").split("\n");
  } catch {
    return null;
  }
  if (line > lines.length) return null;
  const first = Math.max(1, line - LINES_BEFORE);
  const last = Math.min(lines.length, line + LINES_AFTER);
  const width = String(last).length;
  let frame = "";
  for (let number = first; number <= last; number++) {
    const text = lines[number - 1] as string;
    const margin = `${number === line ? ">" : " "} ${String(number).padStart(width)} │ `;
    frame += `  ${paint("dim", margin)}${text}\n`.replace(/ +\n$/, "\n");
    if (number !== line) continue;
    // Tabs stay tabs, so that the mark stands under its character whatever their width.
    const indent = text.slice(0, column).replace(/[^\t]/g, " ");
    frame += `  ${paint("dim", `  ${" ".repeat(width)} │ `)}${indent}${paint("red", "^")}\n`;
  }
  return frame;
}
