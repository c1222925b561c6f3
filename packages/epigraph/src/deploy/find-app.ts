import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { PushError } from "./pushed-code.ts";

export interface App {
  /** The folder with package.json or convex.json, absolute. */
  readonly root: string;
  /** The functions folder, absolute. */
  readonly functions: string;
}

/** @throws PushError with one sentence and the fix when there is no functions folder. */
export function findApp(folder: string): App {
  const root = resolve(folder);
  const functions = join(root, configuredFolder(root) ?? "convex");
  if (existsSync(functions) && statSync(functions).isDirectory()) return { root, functions };
  const above = findAbove(root);
  const hint = above === null ? "" : ` There is one in ${above}: pass --dir ${above}.`;
  throw new PushError(
    "NoFunctionsFolder",
    `No functions folder at ${functions}: make it and put a file such as messages.ts into it, or pass --dir with the app's folder.${hint}`,
  );
}

function configuredFolder(root: string): string | null {
  const file = join(root, "convex.json");
  if (!existsSync(file)) return null;
  try {
    const { functions } = JSON.parse(readFileSync(file, "utf8")) as { functions?: unknown };
    return typeof functions === "string" ? functions : null;
  } catch (cause) {
    throw new PushError(
      "BadConfig",
      `${file} is not valid JSON: ${(cause as Error).message}. Correct it and save.`,
    );
  }
}

function findAbove(folder: string): string | null {
  for (let at = dirname(folder); at !== dirname(at); at = dirname(at))
    if (existsSync(join(at, "convex"))) return at;
  return null;
}
