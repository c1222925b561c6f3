import { readFileSync } from "node:fs";

const BLOCK = /^```ts\n([\s\S]*?)^```$/gm;
const PATH = /^\/\/ (\S+)\n/;

/**
 * The files that a document shows: TypeScript that begins with a comment of its path. Where a path comes a second time
 * that is another way to write the file, and a set of its own.
 * @throws Error for TypeScript that is no file: nobody could check it.
 */
export function documentExamples(name: string): readonly Readonly<Record<string, string>>[] {
  const text = readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), "utf8");
  const first: Record<string, string> = {};
  const others: [path: string, source: string][] = [];
  for (const [, source = ""] of text.matchAll(BLOCK)) {
    const [, path] = PATH.exec(source) ?? [];
    if (path === undefined)
      throw new Error(`An example of ${name} does not say which file it is:\n${source}`);
    if (path in first) others.push([path, source]);
    else first[path] = source;
  }
  return [first, ...others.map(([path, source]) => ({ ...first, [path]: source }))];
}
