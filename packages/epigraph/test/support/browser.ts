import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/**
 * Where a Chromium is installed: what `CHROMIUM_PATH` names, else by its usual names.
 * @returns why there is none otherwise.
 * @throws Error where tests must not be left out silently (`CI` is set).
 */
export function findChromium(): { readonly path: string } | { readonly missing: string } {
  const { CHROMIUM_PATH, PATH = "", CI } = process.env;
  const candidates = [
    ...(CHROMIUM_PATH === undefined ? [] : [CHROMIUM_PATH]),
    ...PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name))),
  ];
  const path = candidates.find(isExecutable);
  if (path !== undefined) return { path };
  const missing = "no Chromium is installed (apt-get install chromium, or name one with CHROMIUM_PATH)";
  if (CI !== undefined) throw new Error(missing);
  return { missing };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
