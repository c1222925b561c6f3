import type { Findings, Verification } from "../database/verify/verification.ts";
import { verifyDataFolder } from "../verify-data.ts";
import { dataFolderOf, explainDataFolder } from "./data-folder.ts";
import type { CliIo } from "./io.ts";
import { makePaint, type Paint } from "./paint.ts";
import { StatusLine } from "./status-line.ts";
import { CommandError } from "./usage-error.ts";

export interface VerifyCommandOptions {
  /** The app's folder; absolute. */
  readonly dir: string;
  /** Data folder, absolute; null for the one of the app. */
  readonly data: string | null;
  readonly isJson: boolean;
}

/** Sentences of each kind that are shown. */
const SHOWN = 20;
const PROGRESS_EVERY_MS = 100;

/**
 * Checks everything in a data folder and prints what it found.
 * @returns the exit code: 1 when something is wrong. That documents do not match the schema is told and is no failure.
 * @throws CommandError when it can't be checked.
 */
export async function runVerify({ dir, data, isJson }: VerifyCommandOptions, io: CliIo): Promise<number> {
  const dataFolder = data ?? dataFolderOf(dir);
  const startMs = io.elapsedMs();
  const progress = new ProgressLine(io);
  let found: Verification | null;
  try {
    found = await verifyDataFolder(dataFolder, {
      kept: SHOWN,
      onProgress: (subject, done) => progress.show(subject, done),
      signal: io.signal,
    });
  } catch (error) {
    throw explainDataFolder(error, dataFolder);
  } finally {
    progress.hide();
  }
  if (found === null) {
    throw new CommandError(
      `There is no data in ${dataFolder}: name the folder with --data, or run \`epigraph dev\` first.`,
    );
  }
  if (isJson) {
    io.stdout(`${JSON.stringify(found)}\n`);
    return found.problems.count === 0 ? 0 : 1;
  }
  const paint = makePaint(io.color);
  io.stdout(list(found.problems, paint("red", "✘")) + list(found.warnings, paint("yellow", "!")));
  io.stdout(summarize(found, Math.round(io.elapsedMs() - startMs), paint));
  if (found.problems.count === 0) return 0;
  io.stdout(
    `Nothing was changed. Copy ${dataFolder} away, all of it, then restore a backup into it, and check the disk. If the disk is well, this is a bug in Epigraph: please report it.\n`,
  );
  return 1;
}

function list({ first, count }: Findings, mark: string): string {
  const lines = first.map((sentence) => `${mark} ${sentence}\n`);
  if (count > first.length) lines.push(`  … and ${amount(count - first.length)} more like these\n`);
  return lines.join("");
}

function summarize(found: Verification, durationMs: number, paint: Paint): string {
  const { problems, warnings, isComplete } = found;
  const verdict =
    problems.count === 0
      ? paint("green", "no problem found")
      : paint("red", problems.count === 1 ? "1 problem" : `${amount(problems.count)} problems`);
  if (!isComplete) return `The check ended early, for nothing more can be relied on: ${verdict}.\n`;
  const seen = `${amount(found.documents)} documents, ${amount(found.tables)} tables, ${amount(found.entries)} entries of their indexes`;
  const unmatched =
    warnings.count === 0 ? "" : `; documents that the schema does not allow: ${amount(warnings.count)}`;
  return `Checked ${seen} in ${amount(durationMs)} ms: ${verdict}${unmatched}.\n`;
}

function amount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Tells on a terminal what is being looked at, a few times a second. */
class ProgressLine {
  readonly #line: StatusLine;
  readonly #io: CliIo;
  #subject = "";
  #shownAtMs = 0;

  constructor(io: CliIo) {
    this.#io = io;
    this.#line = new StatusLine(io);
  }

  show(subject: string, done: number | null): void {
    const nowMs = this.#io.elapsedMs();
    if (subject === this.#subject && nowMs - this.#shownAtMs < PROGRESS_EVERY_MS) return;
    this.#subject = subject;
    this.#shownAtMs = nowMs;
    this.#line.show(`Checking ${subject}${done === null ? "" : ` ${Math.floor(done * 100)} %`}`);
  }

  hide(): void {
    this.#line.hide();
  }
}
