import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { type Position, type Program, parse } from "acorn";
import type { Loader } from "esbuild";
import { transform } from "./bundler.ts";

/** A file of the app as a syntax tree without types. */
export interface ParsedSource {
  readonly text: string;
  readonly program: Program;
  /** Where a position of the tree is in the file: 1-based line, 0-based column. */
  locate(position: Position): Position;
}

const LOADERS: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".jsx": "jsx",
  ".js": "jsx",
  ".mjs": "jsx",
  ".cjs": "jsx",
};

/**
 * Parses a script that contains `mention`; null for files that don't or are no scripts. The bundler has read the file
 * before, so it is known to be well-formed.
 */
export async function parseSource(path: string, mention: RegExp): Promise<ParsedSource | null> {
  const loader = LOADERS[extname(path)];
  if (loader === undefined) return null;
  const text = await readFile(path, "utf8");
  if (!mention.test(text)) return null;
  const { code, map } = await transform(text, {
    loader,
    jsx: "automatic",
    target: "esnext",
    sourcemap: "external",
    sourcefile: path,
    logLevel: "silent",
  });
  const trace = new TraceMap(map);
  return {
    text,
    program: parse(code, { ecmaVersion: "latest", sourceType: "module", locations: true }),
    locate(position) {
      const { line, column } = originalPositionFor(trace, position);
      return line === null ? position : { line, column };
    },
  };
}
