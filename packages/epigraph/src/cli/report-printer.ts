import type { Difference, PushReport } from "../deploy/push-report.ts";
import type { Paint } from "./paint.ts";

const MAX_NAMED = 5;

/** One line on what a push changed and how long it took. */
export function formatReport(report: PushReport, durationMs: number, paint: Paint): string {
  const changes = [
    ...describe("function", report.functions, paint),
    ...describe("route", report.routes, paint),
    ...describe("index", report.indexes, paint),
    ...describe("cron", { added: report.crons.added, removed: report.crons.deleted }, paint),
    ...(report.crons.updated.length > 0 ? [`changed ${plural("cron", report.crons.updated)}`] : []),
    ...describe("auth provider", report.authProviders, paint),
    ...(report.schemaChanged ? ["schema changed"] : []),
    ...describeModified(report),
  ];
  const what = changes.length === 0 ? "nothing changed" : changes.join(", ");
  return `${paint("green", "✔")} Pushed in ${Math.round(durationMs)} ms: ${what}\n`;
}

function describe(noun: string, { added, removed }: Difference, paint: Paint): string[] {
  const parts: string[] = [];
  if (added.length > 0) parts.push(`${paint("green", "+")} ${plural(noun, added)}`);
  if (removed.length > 0) parts.push(`${paint("red", "-")} ${plural(noun, removed)}`);
  return parts;
}

/** Modules by their names in the app; shared chunks change names with their content and tell nobody anything. */
function describeModified({ modules }: PushReport): string[] {
  const own = modules.modified.filter((path) => !/^_|^schema\.js$/.test(path));
  return own.length === 0 ? [] : [`changed ${list(own.map((path) => path.replace(/\.js$/, "")))}`];
}

function plural(noun: string, names: readonly string[]): string {
  const nouns = noun === "index" ? "indexes" : `${noun}s`;
  return `${names.length === 1 ? noun : `${names.length} ${nouns}`} ${list(names)}`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).join(", ");
  return names.length > MAX_NAMED ? `${shown} and ${names.length - MAX_NAMED} more` : shown;
}
