import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Adds entries to a folder's `.gitignore` that no line of it has in any spelling. */
export function addToGitIgnore(folder: string, entries: readonly string[]): void {
  const path = join(folder, ".gitignore");
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  const text = editGitIgnore(before, entries);
  if (text !== before) writeFileSync(path, text);
}

/** The text with the missing entries at its end. */
export function editGitIgnore(text: string, entries: readonly string[]): string {
  const lines = text.split(/\r?\n/);
  const missing = entries.filter((entry) => !isIgnored(lines, normalize(entry)));
  if (missing.length === 0) return text;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const start = text === "" || text.endsWith("\n") ? text : `${text}${newline}`;
  return start + missing.map((entry) => `${entry}${newline}`).join("");
}

/** As in git, the last line that says something of an entry counts. */
function isIgnored(lines: readonly string[], entry: string): boolean {
  let ignored = false;
  for (const line of lines) {
    const isException = line.startsWith("!");
    if (covers(normalize(isException ? line.slice(1) : line), entry)) ignored = !isException;
  }
  return ignored;
}

function normalize(line: string): string {
  return line.trim().replace(/^\//, "").replace(/\/$/, "");
}

/** The wide patterns that project templates use for environment files. */
const ENVIRONMENT_PATTERNS = new Set([".env*", ".env.*", "*.local", ".env*.local", ".env.local*"]);

function covers(line: string, entry: string): boolean {
  return line === entry || (entry === ".env.local" && ENVIRONMENT_PATTERNS.has(line));
}
