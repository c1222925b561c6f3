import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Sets variables in the text of an env file; all other lines stay as they are. `CONVEX_DEPLOYMENT` is commented out. */
export function editEnvFile(
  text: string,
  variables: Readonly<Record<string, string>>,
): { readonly text: string; readonly disabled: boolean } {
  const left = new Map(Object.entries(variables));
  let disabled = false;
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const edited = lines.map((line) => {
    const name = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(line)?.[1];
    if (name === "CONVEX_DEPLOYMENT") {
      disabled = true;
      return `# ${line}`;
    }
    const value = name === undefined ? undefined : left.get(name);
    if (name === undefined || value === undefined) return line;
    left.delete(name);
    return `${name}=${quote(value)}`;
  });
  for (const [name, value] of left) edited.push(`${name}=${quote(value)}`);
  return { text: `${edited.join("\n")}\n`, disabled };
}

function quote(value: string): string {
  return /^[\w.:/@-]*$/.test(value) ? value : `"${value}"`;
}

/** Reads an env file into a record; missing file: empty. */
export function readEnvFile(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  const variables: Record<string, string> = {};
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match !== null) variables[match[1] as string] = (match[2] as string).replace(/^(["'])(.*)\1$/, "$2");
  }
  return variables;
}

const FRAMEWORKS: readonly [dependency: string, variable: string][] = [
  ["vite", "VITE_CONVEX_URL"],
  ["next", "NEXT_PUBLIC_CONVEX_URL"],
];

/** The framework's own name for the deployment's URL, by the app's package.json. */
export function frameworkVariable(root: string): string | null {
  const file = join(root, "package.json");
  if (!existsSync(file)) return null;
  try {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(file, "utf8")) as Record<
      string,
      Record<string, string> | undefined
    >;
    const all = { ...dependencies, ...devDependencies };
    return FRAMEWORKS.find(([dependency]) => dependency in all)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** Adds lines that are missing to a .gitignore. */
export function ignore(root: string, entries: readonly string[]): void {
  const file = join(root, ".gitignore");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const present = new Set(text.split("\n").map((line) => line.trim()));
  const missing = entries.filter((entry) => !present.has(entry));
  if (missing.length > 0)
    writeFileSync(file, `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${missing.join("\n")}\n`);
}
