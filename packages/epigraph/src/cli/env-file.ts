import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { App } from "../deploy/find-app.ts";

const FILE = ".env.local";
const COMMENT = "# Written by `epigraph dev`: where this app's deployment is, and the key to administer it.";

/** The name under which a framework hands the deployment's URL to code in the browser. */
const FRAMEWORK_VARIABLES: readonly (readonly [dependency: string, variable: string])[] = [
  // Frameworks that use vite underneath but have a rule of their own stand before it.
  ["next", "NEXT_PUBLIC_CONVEX_URL"],
  ["@sveltejs/kit", "PUBLIC_CONVEX_URL"],
  ["astro", "PUBLIC_CONVEX_URL"],
  ["expo", "EXPO_PUBLIC_CONVEX_URL"],
  ["react-scripts", "REACT_APP_CONVEX_URL"],
  ["vite", "VITE_CONVEX_URL"],
];

export interface DeploymentUrls {
  readonly apiUrl: string;
  readonly siteUrl: string;
  readonly adminKey: string;
}

/**
 * Writes where the deployment is into `.env.local`, for other commands, the official client tools and the app's own
 * build. All other lines stay as they are.
 * @returns sentences on what the developer should know.
 */
export function writeEnvFile(app: App, { apiUrl, siteUrl, adminKey }: DeploymentUrls): readonly string[] {
  const path = join(app.folder, FILE);
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  const variables: Record<string, string> = {
    CONVEX_SELF_HOSTED_URL: apiUrl,
    CONVEX_SELF_HOSTED_ADMIN_KEY: adminKey,
    CONVEX_URL: apiUrl,
    CONVEX_SITE_URL: siteUrl,
  };
  const framework = FRAMEWORK_VARIABLES.find(([dependency]) => app.dependencies.has(dependency));
  if (framework !== undefined) variables[framework[1]] = apiUrl;
  const { text, notes } = editEnvText(before, variables);
  // Holds the admin key: nobody else's business.
  if (text !== before) writeFileSync(path, text, { mode: 0o600 });
  return notes;
}

/**
 * Sets variables in the text of a dotenv file: lines that set them are changed in place, others are added at the end.
 * A line that names a cloud deployment is put into a comment, since the official tools refuse to have both.
 */
export function editEnvText(
  text: string,
  variables: Readonly<Record<string, string>>,
): { readonly text: string; readonly notes: readonly string[] } {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const missing = new Map(Object.entries(variables));
  const notes: string[] = [];
  const lines = text.split(/\r?\n/).map((line) => {
    const name = assignedName(line);
    if (name === "CONVEX_DEPLOYMENT") {
      notes.push(`Commented out CONVEX_DEPLOYMENT in ${FILE}: this app now uses its local deployment.`);
      return `# ${line}`;
    }
    const value = name === null ? undefined : variables[name];
    if (name === null || value === undefined) return line;
    missing.delete(name);
    return assignedValue(line) === value ? line : `${prefixOf(line)}${value}`;
  });
  if (missing.size > 0) {
    while (lines.at(-1) === "") lines.pop();
    if (lines.length > 0) lines.push("");
    if (!lines.includes(COMMENT)) lines.push(COMMENT);
    else if (lines.at(-1) === "") lines.pop();
    for (const [name, value] of missing) lines.push(`${name}=${value}`);
    lines.push("");
  }
  return { text: lines.join(newline), notes };
}

const ASSIGNMENT = /^(\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*)(.*)$/;

function assignedName(line: string): string | null {
  return ASSIGNMENT.exec(line)?.[2] ?? null;
}

function prefixOf(line: string): string {
  return ASSIGNMENT.exec(line)?.[1] ?? "";
}

/** The value without quotes or a comment behind it. */
function assignedValue(line: string): string {
  const raw = ASSIGNMENT.exec(line)?.[3]?.trim() ?? "";
  const quoted = /^(["'`])(.*)\1(?:\s+#.*)?$/.exec(raw);
  return quoted?.[2] ?? raw.replace(/\s+#.*$/, "");
}
