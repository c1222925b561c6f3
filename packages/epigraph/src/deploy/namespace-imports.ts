import { readFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { type ModuleDeclaration, parse, type Statement } from "acorn";
import type { Loader, Plugin, PluginBuild } from "esbuild";

/**
 * Packages such as zod export a namespace of their own as one name: `import { z } from "zod"`. The bundler drops what
 * nobody uses of a namespace that is imported as one, and keeps all of it where it came by a name. So such a name is
 * imported as what it is: for zod a quarter of the code, which each execution evaluates. Packages whose
 * entry has side effects stay as they are.
 */
export const namespaceImports: Plugin = {
  name: "namespace-imports",
  setup(build) {
    const packages = new NamespacePackages(build);
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, async ({ path }) => {
      // Of libraries the bundler reads many files, and it is faster alone.
      if (path.includes("node_modules")) return null;
      const text = await readFile(path, "utf8");
      const contents = await rewrite(text, dirname(path), packages);
      if (contents === text) return null;
      return { contents, loader: extname(path).replace(/^\.[cm]?/, "") as Loader };
    });
  },
};

const BLANK = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|;|(?:"[^"\n]*"|'[^'\n]*')(?=[;\s]))+/y;
/** `import z, { type A, b as c } from "package"` */
const IMPORT =
  /import\s+(?!type\s)([^;"'()=]*?)\s*from\s*(["'])([^"'\n]+)\2|import\s[^;]*?(["'])[^"'\n]+\4/dy;
const BARE = /^[^./]/;

interface LeadingImport {
  /** What is between `import` and `from`, with its place in the text. */
  readonly clause: string;
  readonly start: number;
  readonly specifier: string;
  /** Behind the statement. */
  readonly end: number;
}

/** The imports that a file begins with; what follows behind its first other statement is not looked at. */
function leadingImports(text: string): readonly LeadingImport[] {
  const found: LeadingImport[] = [];
  let at = 0;
  for (;;) {
    BLANK.lastIndex = at;
    if (BLANK.test(text)) at = BLANK.lastIndex;
    IMPORT.lastIndex = at;
    const match = IMPORT.exec(text);
    if (match === null) return found;
    at = IMPORT.lastIndex;
    const [, clause, , specifier] = match;
    const [start] = match.indices?.[1] ?? [];
    if (clause === undefined || specifier === undefined || start === undefined) continue;
    found.push({ clause, start, specifier, end: at });
  }
}

/** The text with such imports as namespaces; lines stay where they are. */
async function rewrite(text: string, folder: string, packages: NamespacePackages): Promise<string> {
  let result = "";
  let at = 0;
  for (const { clause, start, specifier, end } of leadingImports(text)) {
    // What has comments in it is left as it is.
    if (!BARE.test(specifier) || clause.includes("/")) continue;
    const namespaces = await packages.namespacesOf(specifier, folder);
    if (namespaces.size === 0) continue;
    const { rest, taken } = takeNames(clause, namespaces);
    if (taken.length === 0) continue;
    const imports = taken.map(([local, path]) => `;import * as ${local} from ${JSON.stringify(path)}`);
    result += text.slice(at, start) + rest + text.slice(start + clause.length, end) + imports.join("");
    at = end;
  }
  return result + text.slice(at);
}

/** What an import names, without the namespaces; and those, by their local names. */
function takeNames(
  clause: string,
  namespaces: ReadonlyMap<string, string>,
): { readonly rest: string; readonly taken: readonly (readonly [local: string, path: string])[] } {
  const taken: (readonly [string, string])[] = [];
  const take = (exported: string, local: string): boolean => {
    const path = namespaces.get(exported);
    if (path === undefined) return false;
    taken.push([local, path]);
    return true;
  };
  const rest = clause.replace(/\{([^}]*)\}/, (_all, list: string) => {
    const kept = list.split(",").filter((entry) => {
      const [, exported, local] = /^\s*([\w$]+)(?:\s+as\s+([\w$]+))?\s*$/.exec(entry) ?? [];
      return exported === undefined || !take(exported, local ?? exported);
    });
    // An empty list imports nothing; the lines that it had stay.
    return `{${kept.join(",")}${list.replace(/[^\n]/g, "").slice(kept.join("").split("\n").length - 1)}}`;
  });
  const [whole, local] = /^([\w$]+)\s*(?:,|$)/.exec(rest) ?? [];
  if (whole === undefined || local === undefined || !take("default", local)) return { rest, taken };
  const behind = rest.slice(whole.length).trimStart();
  return { rest: behind === "" ? "{}" : behind, taken };
}

/** Which names of packages stand for namespaces. */
class NamespacePackages {
  readonly #build: PluginBuild;
  /** By the path of the package's entry: exported names, and the files of the namespaces. */
  readonly #entries = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(build: PluginBuild) {
    this.#build = build;
  }

  async namespacesOf(specifier: string, resolveDir: string): Promise<ReadonlyMap<string, string>> {
    const { path, namespace, external, sideEffects, errors } = await this.#build.resolve(specifier, {
      resolveDir,
      kind: "import-statement",
    });
    if (errors.length > 0 || external || sideEffects || namespace !== "file") return NONE;
    const known = this.#entries.get(path);
    if (known !== undefined) return known;
    const entry = this.#read(path);
    this.#entries.set(path, entry);
    return entry;
  }

  async #read(path: string): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const [name, specifier] of namespaceExports(await readFile(path, "utf8"))) {
      const target = await this.#build.resolve(specifier, {
        resolveDir: dirname(path),
        kind: "import-statement",
      });
      if (target.errors.length === 0 && !target.external && target.namespace === "file")
        found.set(name, target.path);
    }
    return found;
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Exported names that stand for the namespace of another module, and its specifier. */
function namespaceExports(source: string): ReadonlyMap<string, string> {
  let body: readonly (Statement | ModuleDeclaration)[];
  try {
    ({ body } = parse(source, { ecmaVersion: "latest", sourceType: "module" }));
  } catch {
    // CommonJS, or not JavaScript at all.
    return NONE;
  }
  const locals = new Map<string, string>();
  const exports = new Map<string, string>();
  for (const node of body) {
    if (node.type !== "ImportDeclaration") continue;
    for (const { type, local } of node.specifiers) {
      if (type === "ImportNamespaceSpecifier") locals.set(local.name, String(node.source.value));
    }
  }
  for (const node of body) {
    if (node.type === "ExportAllDeclaration" && node.exported?.type === "Identifier") {
      exports.set(node.exported.name, String(node.source.value));
    }
    if (node.type === "ExportDefaultDeclaration" && node.declaration.type === "Identifier") {
      setKnown(exports, "default", locals.get(node.declaration.name));
    }
    if (node.type !== "ExportNamedDeclaration" || node.source != null) continue;
    for (const { local, exported } of node.specifiers) {
      if (local.type === "Identifier" && exported.type === "Identifier") {
        setKnown(exports, exported.name, locals.get(local.name));
      }
    }
  }
  return exports;
}

function setKnown(exports: Map<string, string>, name: string, specifier: string | undefined): void {
  if (specifier !== undefined) exports.set(name, specifier);
}
