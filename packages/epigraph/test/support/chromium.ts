import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

export type FoundChromium = { readonly path: string } | { readonly missing: string };

/** A browser of this machine: the one that `CHROMIUM` names, or the first on the path. */
export function findChromium(): FoundChromium {
  const named = process.env["CHROMIUM"];
  const candidates = [
    ...(named === undefined ? [] : [named]),
    ...(process.env["PATH"] ?? "")
      .split(delimiter)
      .flatMap((folder) => NAMES.map((name) => join(folder, name))),
  ];
  const path = candidates.find(isExecutable);
  return path === undefined
    ? {
        missing: `no Chromium is installed: ${NAMES.join(", ")} are not on the path, and CHROMIUM names none`,
      }
    : { path };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Without a sandbox: it has none for root, and the pages are our own. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
