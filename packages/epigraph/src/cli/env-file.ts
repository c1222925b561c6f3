import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { App } from "../deploy/find-app.ts";

const FILE = ".env.local";
const COMMENT = "# Written by `epigraph dev`: where this app's deployment is, and the key to administer it.";
/** Names a cloud deployment. The official tools refuse to have it beside a self-hosted one. */
const CLOUD_VARIABLE = "CONVEX_DEPLOYMENT";

const OTHERS_READ = 0o044;
const OWNER_ONLY = 0o700;

/** What a framework demands of the names of variables that code in the browser may see. */
const FRAMEWORK_PREFIXES: readonly (readonly [dependency: string, prefix: string])[] = [
  // Frameworks that use vite underneath but have a rule of their own stand before it.
  ["next", "NEXT_PUBLIC_"],
  ["react-scripts", "REACT_APP_"],
  ["expo", "EXPO_PUBLIC_"],
  ["@sveltejs/kit", "PUBLIC_"],
  ["astro", "PUBLIC_"],
  ["vite", "VITE_"],
  ["@tanstack/start", "VITE_"],
  ["@tanstack/react-start", "VITE_"],
];

export interface DeploymentAddress {
  readonly apiUrl: string;
  readonly siteUrl: string;
  readonly adminKey: string;
}

/**
 * Writes where the deployment is into `.env.local`, for other commands, the official client tools and the app's own
 * build. All other lines stay as they are.
 * @returns sentences on what the developer should know.
 */
export function writeEnvFile(app: App, address: DeploymentAddress): readonly string[] {
  const path = join(app.folder, FILE);
  const isThere = existsSync(path);
  const before = isThere ? readFileSync(path, "utf8") : "";
  const { text, disabled } = editEnvText(before, environmentVariables(app, address));
  const notes: string[] = [];
  // A key that is in it already has been here before: whoever lets others read it since then wants that.
  if (isThere && !before.includes(address.adminKey)) notes.push(...hideFromOthers(path));
  // Holds the admin key: nobody else's business.
  if (text !== before) writeFileSync(path, text, { mode: 0o600 });
  if (disabled) {
    notes.push(`Commented out ${CLOUD_VARIABLE} in ${FILE}: this app now uses its own deployment.`);
  }
  if (namesCloud(join(app.folder, ".env"))) {
    notes.push(
      `Remove ${CLOUD_VARIABLE} from .env: the official tools refuse it beside the variables in ${FILE}.`,
    );
  }
  return notes;
}

/**
 * Takes a file that exists away from the eyes of other users, before there is a secret in it.
 * @returns sentences on what became of it.
 */
function hideFromOthers(path: string): readonly string[] {
  const othersMayRead = (): boolean => (statSync(path).mode & OTHERS_READ) !== 0;
  // Windows has no such modes; what a home folder holds is its user's.
  if (process.platform === "win32" || !othersMayRead()) return [];
  try {
    chmodSync(path, statSync(path).mode & OWNER_ONLY);
  } catch {
    // Somebody else's file.
  }
  if (!othersMayRead()) return [`Made ${FILE} readable by you only: it has the deployment's admin key now.`];
  return [
    `Other users of this machine can read ${FILE}, which has the deployment's admin key: its owner can change that with \`chmod 600 ${FILE}\`.`,
  ];
}

function environmentVariables(
  { dependencies }: App,
  { apiUrl, siteUrl, adminKey }: DeploymentAddress,
): Readonly<Record<string, string>> {
  const [, prefix] = FRAMEWORK_PREFIXES.find(([dependency]) => dependencies.has(dependency)) ?? [];
  return {
    CONVEX_SELF_HOSTED_URL: apiUrl,
    CONVEX_SELF_HOSTED_ADMIN_KEY: adminKey,
    CONVEX_URL: apiUrl,
    CONVEX_SITE_URL: siteUrl,
    ...(prefix === undefined
      ? {}
      : { [`${prefix}CONVEX_URL`]: apiUrl, [`${prefix}CONVEX_SITE_URL`]: siteUrl }),
  };
}

/**
 * Sets variables in the text of a dotenv file: lines that set them are changed in place, others are added at the end.
 * Nothing else changes, but that a line which names a cloud deployment is put into a comment.
 */
export function editEnvText(
  text: string,
  variables: Readonly<Record<string, string>>,
): { readonly text: string; readonly disabled: boolean } {
  const missing = new Map(Object.entries(variables));
  let disabled = false;
  const edited = splitLines(text).map(({ line, end, isContinued }) => {
    const assignment = isContinued ? null : readAssignment(line);
    if (assignment === null) return line + end;
    if (assignment.name === CLOUD_VARIABLE) {
      disabled = true;
      return `# ${line}${end}`;
    }
    const value = variables[assignment.name];
    if (value === undefined) return line + end;
    missing.delete(assignment.name);
    return (assignment.value === value ? line : assignment.prefix + value) + end;
  });
  return { text: append(edited.join(""), missing), disabled };
}

function append(text: string, variables: ReadonlyMap<string, string>): string {
  if (variables.size === 0) return text;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = [...variables].map(([name, value]) => `${name}=${value}`);
  if (!text.includes(COMMENT)) lines.unshift(...(text === "" ? [] : [""]), COMMENT);
  const start = text === "" || text.endsWith("\n") ? text : text + newline;
  return start + lines.map((line) => line + newline).join("");
}

interface EnvLine {
  readonly line: string;
  /** Its line break; empty at the end of a file that has none there. */
  readonly end: string;
  /** Whether it stands inside of a quoted value that began on an earlier line. */
  readonly isContinued: boolean;
}

function splitLines(text: string): readonly EnvLine[] {
  let quote: string | null = null;
  return [...text.matchAll(/([^\r\n]*)(\r?\n|\r|$)/g)].flatMap(([whole, line = "", end = ""]) => {
    if (whole === "") return [];
    const isContinued = quote !== null;
    quote = quote === null ? openQuote(line) : line.includes(quote) ? null : quote;
    return [{ line, end, isContinued }];
  });
}

/** The quotation mark of a value that goes on in the next line. */
function openQuote(line: string): string | null {
  const [, quote, rest = ""] = /^\s*(?:export\s+)?[\w.-]+\s*=\s*(["'`])(.*)$/.exec(line) ?? [];
  return quote === undefined || rest.includes(quote) ? null : quote;
}

interface Assignment {
  readonly name: string;
  /** All before the value. */
  readonly prefix: string;
  /** Without quotes or a comment behind it. */
  readonly value: string;
}

function readAssignment(line: string): Assignment | null {
  const [, prefix, name, rest] = /^(\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*)(.*)$/.exec(line) ?? [];
  if (prefix === undefined || name === undefined || rest === undefined) return null;
  const [, , quoted] = /^(["'`])(.*)\1\s*(?:#.*)?$/.exec(rest) ?? [];
  return { name, prefix, value: quoted ?? rest.replace(/\s+#.*$/, "").trim() };
}

function namesCloud(path: string): boolean {
  if (!existsSync(path)) return false;
  return splitLines(readFileSync(path, "utf8")).some(
    ({ line, isContinued }) => !isContinued && readAssignment(line)?.name === CLOUD_VARIABLE,
  );
}
