import { readFileSync } from "node:fs";
import { TSCONFIG } from "../../src/deploy/testing/temp-app.ts";

/**
 * The app that a page of `docs` shows: every block of code that begins with the path of a file, those of one file one
 * behind the other.
 */
export function appOfDocument(name: string): Readonly<Record<string, string>> {
  const text = readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), "utf8");
  const files: Record<string, string> = {};
  for (const [, path, code] of text.matchAll(/^```tsx?\n\/\/ (\S+)\n(.*?)^```$/gms)) {
    files[path as string] = (files[path as string] ?? "") + code;
  }
  const tsconfig = JSON.parse(TSCONFIG) as { include: string[] };
  tsconfig.include.push("../src/**/*");
  return { ...files, "convex/tsconfig.json": JSON.stringify(tsconfig) };
}
