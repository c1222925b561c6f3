import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const TEMPLATES = ["http", "chat", "both"] as const;
export type Template = (typeof TEMPLATES)[number];

/** Beside `src` and `dist`. */
const FOLDER = fileURLToPath(new URL("../../../templates/", import.meta.url));

const TABLES = {
  http: `  tasks: defineTable({ text: v.string(), isDone: v.boolean() }).index("by_done", ["isDone"]),\n`,
  chat: "  messages: defineTable({ author: v.string(), body: v.string() }),\n",
};

/** Types alone: without it the server's own SDK is used. */
const API = { dependencies: { convex: "1.48.0" }, devDependencies: { typescript: "7.0.2" } };
const PAGE = {
  dependencies: { convex: "1.48.0", react: "19.3.1", "react-dom": "19.3.1" },
  devDependencies: {
    "@types/react": "19.3.0",
    "@types/react-dom": "19.3.0",
    typescript: "7.0.2",
    vite: "8.3.8",
  },
};

/** Files of a new app, by their paths in it. */
export function appFiles(name: string, template: Template): ReadonlyMap<string, string> {
  const parts = template === "both" ? (["http", "chat"] as const) : ([template] as const);
  const hasPage = template !== "http";
  const files = new Map<string, string>();
  for (const part of parts) {
    const folder = join(FOLDER, part);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(relative(folder, path).replaceAll("\\", "/"), readFileSync(path, "utf8"));
    }
  }
  files.set("convex/schema.ts", schema(parts.map((part) => TABLES[part]).join("")));
  files.set("convex/tsconfig.json", json(FUNCTIONS_TSCONFIG));
  if (hasPage) files.set("tsconfig.json", json(PAGE_TSCONFIG));
  const scripts = hasPage
    ? { dev: "epigraph dev", page: "vite", build: "vite build", deploy: "epigraph deploy" }
    : { dev: "epigraph dev", deploy: "epigraph deploy" };
  const manifest = { name, private: true, type: "module", scripts, ...(hasPage ? PAGE : API) };
  files.set("package.json", json(manifest));
  files.set(".gitignore", `node_modules/\n.env.local\n.epigraph/\n${hasPage ? "dist/\n" : ""}`);
  return files;
}

/** Whether it runs only once its packages are installed; else these bring types alone. */
export function needsPackages(template: Template): boolean {
  return template !== "http";
}

function schema(tables: string): string {
  return `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
${tables}});
`;
}

const COMMON = {
  target: "ESNext",
  module: "ESNext",
  moduleResolution: "Bundler",
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  isolatedModules: true,
};

const FUNCTIONS_TSCONFIG = {
  compilerOptions: { ...COMMON, lib: ["ES2023", "DOM"], types: [] },
  include: ["./**/*"],
  exclude: ["./_generated"],
};

const PAGE_TSCONFIG = {
  compilerOptions: { ...COMMON, lib: ["ES2023", "DOM", "DOM.Iterable"], jsx: "react-jsx" },
  include: ["src"],
};

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
