import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Flags } from "./command.ts";
import type { Target } from "./connection.ts";
import type { CliIo } from "./io.ts";
import { CommandError, UsageError } from "./usage-error.ts";

/* How options become what commands take. */

export function readDir(flags: Flags, io: Pick<CliIo, "cwd">): string {
  const dir = resolve(io.cwd, String(flags["dir"] ?? "."));
  if (!existsSync(dir)) throw new CommandError(`There is no folder ${dir}: correct --dir.`);
  return dir;
}

/** @returns null when the command line does not say. */
export function readPath(flags: Flags, name: string, io: Pick<CliIo, "cwd">): string | null {
  const path = flags[name];
  return path === undefined ? null : resolve(io.cwd, String(path));
}

export function readText(flags: Flags, name: string): string | null {
  const text = flags[name];
  return text === undefined ? null : String(text);
}

export function readTarget(flags: Flags, io: CliIo): Target {
  return { dir: readDir(flags, io), url: readText(flags, "url"), adminKey: readText(flags, "admin-key") };
}

export function readChoice<const T extends string>(
  flags: Flags,
  name: string,
  choices: readonly T[],
  otherwise: T,
): T {
  const text = flags[name] ?? otherwise;
  const choice = choices.find((each) => each === text);
  if (choice !== undefined) return choice;
  const list = `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
  throw new UsageError(`--${name} is ${list}, not "${String(text)}".`);
}

export function readCount(flags: Flags, name: string, otherwise: number): number {
  const text = String(flags[name] ?? otherwise);
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`--${name} is a number, at least 1, not "${text}".`);
}

export function rejectWords(name: string, words: readonly string[]): void {
  if (words.length > 0) throw new UsageError(`epigraph ${name} takes no "${words[0]}".`);
}
