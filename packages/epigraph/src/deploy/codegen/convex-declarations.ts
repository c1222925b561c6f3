import type { GeneratedFiles } from "./generated-files.ts";
import { HEADER } from "./header.ts";

const FILE = "convex.d.ts";

/** What other generated files put at their top so that TypeScript sees the declarations. */
export const CONVEX_REFERENCE: string = `/// <reference path="./${FILE}" />\n`;

/** Declares `convex/server` and `convex/values` for apps that have no `convex` package: ours stands in. */
export function generateConvexDeclarations(): GeneratedFiles {
  const declare = (entry: string): string =>
    `declare module "convex/${entry}" {\n  export * from "epigraph/${entry}";\n}\n`;
  return { [FILE]: `${HEADER}\n${declare("server")}\n${declare("values")}` };
}
