import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findDefinitionFile, findEntryPoints, findSchemaFile } from "../entry-points.ts";
import type { App } from "../find-app.ts";
import { hasConvexPackage } from "../sdk-modules.ts";
import { generateApi, generateCommonJSApi } from "./api.ts";
import { CONVEX_REFERENCE, generateConvexDeclarations } from "./convex-declarations.ts";
import { generateDataModel } from "./data-model.ts";
import type { CodegenInput, GeneratedFiles } from "./generated-files.ts";
import { generateServer } from "./server.ts";

/**
 * Writes `_generated/` from what lies in the functions folder, before bundling, which follows its imports. Files that
 * are right already are not touched, for tools that watch them.
 * @returns the names of the files that changed.
 * @throws AppError for files the platform does not allow.
 */
export function writeGenerated(app: App): readonly string[] {
  const folder = join(app.functionsFolder, "_generated");
  const files = generate(app);
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    // `ai` holds guidelines for coding assistants that other tools put there.
    if (entry.name === "ai" || Object.hasOwn(files, entry.name)) continue;
    rmSync(join(folder, entry.name), { recursive: true });
  }
  const changed = Object.keys(files).filter((name) => readIfThere(join(folder, name)) !== files[name]);
  for (const name of changed) writeFileSync(join(folder, name), files[name] as string);
  return changed;
}

function generate(app: App): GeneratedFiles {
  const { fileType, generateCommonJSApi: commonJS } = app.config;
  const hasConvex = hasConvexPackage(app.folder);
  const input: CodegenInput = {
    entryPoints: findEntryPoints(app),
    hasSchema: findSchemaFile(app) !== null,
    hasDefinition: findDefinitionFile(app) !== null,
    reference: hasConvex ? "" : CONVEX_REFERENCE,
  };
  return {
    ...generateApi(input, fileType),
    ...generateServer(input, fileType),
    ...generateDataModel(input, fileType),
    ...(commonJS ? generateCommonJSApi(input) : {}),
    ...(hasConvex ? {} : generateConvexDeclarations()),
  };
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
