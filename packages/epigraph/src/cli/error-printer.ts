import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError, type Problem, type SourceLocation } from "../deploy/app-error.ts";
import type { App } from "../deploy/find-app.ts";
import type { Paint } from "./paint.ts";

/**
 * What is shown for an error of a push: each message with its place in the app's source and the lines around it.
 */
export function describeError(error: unknown, app: App, paint: Paint): string {
  if (error instanceof AppError) {
    return error.problems.map((problem) => describeProblem(problem, app, paint)).join("\n");
  }
  return `${paint("red", "✘")} ${errorText(error)}\n`;
}

/** Errors with a code say all in their message; anything else is a fault of this program, whose stack is worth more. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? error.message : (error.stack ?? error.message);
}

function describeProblem({ text, location, notes }: Problem, app: App, paint: Paint): string {
  const lines = [
    `${paint("red", "✘")} ${text}\n`,
    location === null ? "" : describePlace(location, app, paint),
    ...notes.map((note) => `  ${paint("dim", note)}\n`),
  ];
  return lines.join("");
}

function describePlace({ file, line, column }: SourceLocation, app: App, paint: Paint): string {
  const found = readSource(app, file);
  const place = `  ${paint("cyan", `${found?.file ?? file}:${line}:${column + 1}`)}\n`;
  return found === null ? place : place + codeFrame(found.text, { line, column }, paint);
}

/** How many folders above the app a workspace may have its shared packages. */
const MAX_FOLDERS_ABOVE = 4;

/** Stacks tell a file's path without the way up that leads out of the app's folder to a shared package. */
function readSource(app: App, file: string): { readonly file: string; readonly text: string } | null {
  for (let above = 0; above <= MAX_FOLDERS_ABOVE; above++) {
    const path = "../".repeat(above) + file;
    try {
      return { file: path, text: readFileSync(join(app.folder, path), "utf8") };
    } catch {
      // Not there; perhaps further up.
    }
  }
  return null;
}

const LINES_BEFORE = 2;
const LINES_AFTER = 1;

/** A line of a source text, its neighbours, and a mark under the column; empty when there is no such line. */
export function codeFrame(
  source: string,
  { line, column }: { readonly line: number; readonly column: number },
  paint: Paint,
): string {
  const lines = source.split(/\r?\n/);
  if (line > lines.length) return "";
  const first = Math.max(1, line - LINES_BEFORE);
  const last = Math.min(lines.length, line + LINES_AFTER);
  const width = String(last).length;
  let frame = "";
  for (let number = first; number <= last; number++) {
    const text = lines[number - 1] as string;
    const margin = `${number === line ? ">" : " "} ${String(number).padStart(width)} │`;
    frame += `  ${paint("dim", margin)}${text === "" ? "" : ` ${text}`}\n`;
    if (number !== line) continue;
    // Tabs stay tabs, so that the mark stands under its character whatever their width.
    const indent = text.slice(0, column).replace(/[^\t]/g, " ");
    frame += `  ${paint("dim", `  ${" ".repeat(width)} │`)} ${indent}${paint("red", "^")}\n`;
  }
  return frame;
}
