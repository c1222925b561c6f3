import { join, relative } from "node:path";
import { AppError, appError, type Problem, type SourceLocation } from "./app-error.ts";
import { type EntryPoint, findFile } from "./entry-points.ts";
import { type App, toPosix } from "./find-app.ts";
import { findCalls, findEmptyProviders, findServiceUses } from "./find-uses.ts";
import { parseSource } from "./parse-source.ts";

export interface BundledFiles {
  readonly entryPoints: readonly EntryPoint[];
  /** Absolute paths of the app's own files in the functions' bundle. */
  readonly moduleInputs: readonly string[];
  /** The same of the schema's bundle. */
  readonly schemaInputs: readonly string[];
}

const SERVICES: Readonly<Record<string, string>> = {
  storage: "file storage, `ctx.storage`",
  scheduler: "the scheduler, `ctx.scheduler`",
  vectorSearch: "vector search, `ctx.vectorSearch`",
};

/** Modules that can't be in the Node runtime, whatever the version. */
const NEVER_NODE = new Set(["http", "crons"]);

/**
 * Refuses an app that needs what this version doesn't have: at push, with the place, instead of when a user calls it.
 * @throws AppError `NotYet`, with one problem for each use.
 */
export async function checkSupported(app: App, files: BundledFiles): Promise<void> {
  const problems: Problem[] = [
    ...findNodeModules(app, files.entryPoints),
    ...(await findConfigFiles(app, files.entryPoints)),
  ];
  for (const path of files.moduleInputs) {
    const source = await parseSource(path, /\b(?:storage|scheduler|vectorSearch)\b/);
    if (source === null) continue;
    for (const { name, position } of findServiceUses(source.program, Object.keys(SERVICES))) {
      problems.push(notYet(SERVICES[name] as string, locate(app, path, source.locate(position))));
    }
  }
  for (const path of files.schemaInputs) {
    const source = await parseSource(path, /\b(?:searchIndex|vectorIndex)\b/);
    if (source === null) continue;
    for (const [name, what] of [
      ["searchIndex", "search indexes"],
      ["vectorIndex", "vector indexes"],
    ] as const) {
      for (const position of findCalls(source.program, name)) {
        problems.push(notYet(what, locate(app, path, source.locate(position))));
      }
    }
  }
  if (problems.length > 0) throw new AppError("NotYet", problems);
}

/** The sentence for something that comes later. */
export function notYet(what: string, location: SourceLocation | null): Problem {
  return { text: `not yet in this version: ${what}`, location, notes: [] };
}

function findNodeModules(app: App, entryPoints: readonly EntryPoint[]): Problem[] {
  return entryPoints
    .filter(({ usesNode }) => usesNode)
    .map(({ file, name }) => {
      const location = locate(app, join(app.functionsFolder, file), { line: 1, column: 0 });
      if (NEVER_NODE.has(name)) {
        throw appError("InvalidModules", `"use node" directive is not allowed for ${file}.`, location);
      }
      return notYet('the Node runtime, "use node"', location);
    });
}

async function findConfigFiles(app: App, entryPoints: readonly EntryPoint[]): Promise<Problem[]> {
  const crons = entryPoints.find(({ name }) => name === "crons");
  const auth = oneOf(app, "auth.config");
  const config = findFile(app, ["convex.config.ts", "convex.config.js"]);
  const problems: Problem[] = [];
  if (crons !== undefined) problems.push(notYet("crons", await locateCall(app, crons.file, "cronJobs")));
  if (auth !== null && !(await hasNoProviders(app, auth))) {
    problems.push(notYet("auth providers", await locateKey(app, auth, "providers")));
  }
  if (config !== null) problems.push(...(await findComponents(app, config)));
  return problems;
}

function oneOf(app: App, name: string): string | null {
  const [ts, js] = [findFile(app, [`${name}.ts`]), findFile(app, [`${name}.js`])];
  if (ts !== null && js !== null) {
    throw appError(
      "InvalidModules",
      `Found both ${ts} and ${js} in ${app.functionsPath}/: remove one of them.`,
    );
  }
  return ts ?? js;
}

/** Templates ship an empty list, which asks for nothing. */
async function hasNoProviders(app: App, file: string): Promise<boolean> {
  const source = await parseSource(join(app.functionsFolder, file), /providers/);
  return source !== null && findEmptyProviders(source.program);
}

/** An app definition that uses no component and declares nothing changes nothing. */
async function findComponents(app: App, file: string): Promise<Problem[]> {
  const path = join(app.functionsFolder, file);
  const source = await parseSource(path, /\./);
  if (source === null) return [];
  return [
    ...findCalls(source.program, "use").map((position) => ["components", position] as const),
    ...findCalls(source.program, "defineApp", 1).map(
      (position) => ["options of defineApp", position] as const,
    ),
  ].map(([what, position]) => notYet(what, locate(app, path, source.locate(position))));
}

async function locateCall(app: App, file: string, name: string): Promise<SourceLocation> {
  const path = join(app.functionsFolder, file);
  const source = await parseSource(path, new RegExp(name));
  const position = source === null ? undefined : findCalls(source.program, name)[0];
  const start = { line: 1, column: 0 };
  return locate(app, path, position === undefined ? start : (source?.locate(position) ?? start));
}

async function locateKey(app: App, file: string, key: string): Promise<SourceLocation> {
  const path = join(app.functionsFolder, file);
  const source = await parseSource(path, new RegExp(key));
  const offset = source?.text.search(new RegExp(`\\b${key}\\b`)) ?? -1;
  if (source === null || offset < 0) return locate(app, path, { line: 1, column: 0 });
  const before = source.text.slice(0, offset).split("\n");
  return locate(app, path, { line: before.length, column: before.at(-1)?.length ?? 0 });
}

function locate(
  app: App,
  path: string,
  { line, column }: { readonly line: number; readonly column: number },
): SourceLocation {
  return { file: toPosix(relative(app.folder, path)), line, column };
}
