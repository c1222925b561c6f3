import { join, posix, relative } from "node:path";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { AppError, type Problem, type SourceLocation } from "./app-error.ts";
import { findContextUses } from "./context-uses.ts";
import { type EntryPoint, findDefinitionFile } from "./entry-points.ts";
import { type App, toPosix } from "./find-app.ts";
import { findCalls } from "./find-uses.ts";
import { parseSource } from "./parse-source.ts";
import { LineTable } from "./syntax/line-table.ts";
import { LinkedModules } from "./syntax/linked-modules.ts";

export interface BundledFiles {
  readonly entryPoints: readonly EntryPoint[];
  /** The functions' bundle, with paths below `outFolder`. */
  readonly modules: readonly BundledText[];
  /** Where source maps think the modules are: a path relative to the app's folder. */
  readonly outFolder: string;
  /** Absolute paths of the app's own files in the schema's bundle. */
  readonly schemaInputs: readonly string[];
}

export interface BundledText {
  readonly path: string;
  readonly source: string;
  readonly sourceMap: string;
}

const SERVICES: Readonly<Record<string, string>> = {
  vectorSearch: "vector search, `ctx.vectorSearch`",
};

/**
 * Refuses an app that needs what this version doesn't have: at push, with the place, instead of when a user calls it.
 * @throws AppError `NotYet`, with one problem for each use.
 */
export async function checkSupported(app: App, files: BundledFiles): Promise<void> {
  const problems: Problem[] = [...(await findConfigFiles(app))];
  problems.push(...findServices(files));
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

/**
 * The same for code that somebody else has bundled.
 * @param components paths of the definitions of components that came with it.
 * @throws AppError `NotYet`, with one problem for each use.
 */
export function checkSupportedModules(
  modules: readonly BundledText[],
  components: readonly string[],
  outFolder: string,
): void {
  const problems = components.map((path) => notYet(`components, ${path}`, null));
  problems.push(...findServices({ modules, outFolder }));
  if (problems.length > 0) throw new AppError("NotYet", problems);
}

function findServices({ modules, outFolder }: Pick<BundledFiles, "modules" | "outFolder">): Problem[] {
  const names = Object.keys(SERVICES);
  const mention = new RegExp(`\\b(?:${names.join("|")})\\b`);
  if (!modules.some(({ source }) => mention.test(source))) return [];
  const places = new Map(modules.map((module) => [module.path, new SourcePlaces(module, outFolder)]));
  const locateOriginal = (module: string, offset: number): SourceLocation | null =>
    places.get(module)?.locate(offset) ?? null;
  const uses = findContextUses(new LinkedModules(modules), {
    names,
    isOwnCode: (module, offset) => locateOriginal(module, offset)?.file.includes("node_modules/") === false,
  });
  return uses.map(({ name, module, offset }) =>
    notYet(SERVICES[name] as string, locateOriginal(module, offset)),
  );
}

/** Finds the places of a module of the bundle in the files it was made from. */
class SourcePlaces {
  readonly #lines: LineTable;
  readonly #map: TraceMap;
  readonly #folder: string;

  constructor({ path, source, sourceMap }: BundledText, outFolder: string) {
    this.#lines = new LineTable(source);
    this.#map = new TraceMap(sourceMap);
    this.#folder = posix.join(outFolder, posix.dirname(path));
  }

  locate(offset: number): SourceLocation | null {
    const { source, line, column } = originalPositionFor(this.#map, this.#lines.position(offset));
    return source === null ? null : { file: posix.join(this.#folder, source), line, column };
  }
}

/** The sentence for something that comes later. */
export function notYet(what: string, location: SourceLocation | null): Problem {
  return { text: `not yet in this version: ${what}`, location, notes: [] };
}

async function findConfigFiles(app: App): Promise<Problem[]> {
  const config = findDefinitionFile(app);
  return config === null ? [] : findComponents(app, config);
}

/** What else an app definition says is known once it has been evaluated. */
async function findComponents(app: App, file: string): Promise<Problem[]> {
  const path = join(app.functionsFolder, file);
  const source = await parseSource(path, /\./);
  if (source === null) return [];
  return findCalls(source.program, "use").map((position) =>
    notYet("components", locate(app, path, source.locate(position))),
  );
}

function locate(
  app: App,
  path: string,
  { line, column }: { readonly line: number; readonly column: number },
): SourceLocation {
  return { file: toPosix(relative(app.folder, path)), line, column };
}
