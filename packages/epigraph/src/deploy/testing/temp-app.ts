import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type App, findApp } from "../find-app.ts";

export interface TempAppOptions {
  /** Packages that the app asks for and has, taken from this repository. */
  readonly packages?: readonly string[];
}

/** A real app in a temporary folder; removed when disposed of. */
export class TempApp {
  readonly folder: string;

  constructor(files: Readonly<Record<string, string>>, { packages = ["convex"] }: TempAppOptions = {}) {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), "epigraph-app-")));
    const manifest = JSON.parse(files["package.json"] ?? '{ "name": "app", "type": "module" }') as {
      dependencies?: object;
    };
    manifest.dependencies = {
      ...manifest.dependencies,
      ...Object.fromEntries(packages.map((name) => [name, "*"])),
    };
    this.write({ ...files, "package.json": JSON.stringify(manifest) });
    for (const name of packages) this.#install(name);
  }

  /** Found anew: settings may have changed. */
  get app(): App {
    return findApp(this.folder);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  /** Makes a folder the app's package of that name. */
  link(name: string, folder: string): void {
    const link = join(this.folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(folder, link, "junction");
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #install(name: string): void {
    const manifest = findPackageJSON(name, import.meta.url);
    if (manifest === undefined) throw new Error(`This repository has no package "${name}".`);
    this.link(name, dirname(manifest));
  }
}

/** The tsconfig.json of a functions folder as app templates have it. */
export const TSCONFIG: string = JSON.stringify({
  compilerOptions: {
    allowJs: true,
    strict: true,
    moduleResolution: "Bundler",
    jsx: "react-jsx",
    skipLibCheck: true,
    allowSyntheticDefaultImports: true,
    target: "ESNext",
    lib: ["ES2023", "dom"],
    forceConsistentCasingInFileNames: true,
    module: "ESNext",
    isolatedModules: true,
    noEmit: true,
    types: [],
  },
  include: ["./**/*"],
  exclude: ["./_generated"],
});

/** The app that everybody starts with. */
export const CHAT_APP: Readonly<Record<string, string>> = {
  "convex/schema.ts": `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  messages: defineTable({ author: v.string(), body: v.string() }).index("by_author", ["author"]),
});
`,
  "convex/messages.ts": `import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { shout } from "./helpers";

export const list = query({
  args: {},
  handler: async (ctx) => ctx.db.query("messages").collect(),
});

export const send = mutation({
  args: { author: v.string(), body: v.string() },
  handler: async (ctx, args) => ctx.db.insert("messages", { ...args, body: shout(args.body) }),
});
`,
  "convex/helpers.ts": `export function shout(text: string): string {
  return text.toUpperCase();
}
`,
  "convex/sub/tasks.ts": `import { internalAction } from "../_generated/server";
import { shout } from "../helpers";

export default internalAction(async () => shout("done"));
`,
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({ path: "/hi", method: "GET", handler: httpAction(async () => new Response("hi")) });
export default http;
`,
};
