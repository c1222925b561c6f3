import { readDeclaredVariables } from "../services/environment/declared-variables.ts";
import { isIdentifier } from "../values/names.ts";
import type { Analysis, PushedCode } from "./analysis.ts";
import { AppError, appError, type Problem } from "./app-error.ts";
import { notYet } from "./unsupported.ts";

/** Of all modules with their source maps. */
const MAX_CODE_BYTES = 32 * 1024 * 1024;

/**
 * Checks what holds for any code, whoever bundled it.
 * @throws AppError `BadConvexModuleIdentifier`, `CanonicalizationConflict` or `ModulesTooLarge`.
 */
export function checkPushedCode({ modules }: PushedCode): void {
  const seen = new Set<string>();
  let bytes = 0;
  for (const { path, source, sourceMap } of modules) {
    if (
      !/^(?:[A-Za-z0-9_.]*[A-Za-z0-9][A-Za-z0-9_.]*\/)*[A-Za-z0-9_.]*[A-Za-z0-9][A-Za-z0-9_.]*\.js$/.test(
        path,
      )
    ) {
      throw appError("BadConvexModuleIdentifier", `${path} is not a valid path to a Convex module.`);
    }
    if (seen.has(path)) {
      throw appError("CanonicalizationConflict", "Multiple modules canonicalize to the same name.");
    }
    seen.add(path);
    bytes += Buffer.byteLength(source) + Buffer.byteLength(sourceMap ?? "");
  }
  if (bytes > MAX_CODE_BYTES) {
    throw appError(
      "ModulesTooLarge",
      `The bundled code has ${bytes} bytes with its source maps; at most ${MAX_CODE_BYTES} are allowed.`,
    );
  }
}

/**
 * Checks the names of functions, and that the schema asks for nothing that isn't there yet.
 * @throws AppError `InvalidFunctionName` or `NotYet`.
 */
export function checkAnalysis({ modules, schemaJson, definitionJson }: Analysis): void {
  if (definitionJson !== null) checkDefinition(definitionJson);
  for (const [path, { functions }] of Object.entries(modules)) {
    for (const { name } of functions) {
      if (isIdentifier(name)) continue;
      throw appError("InvalidFunctionName", `Invalid function name used in \`${path}\`: ${name}`);
    }
  }
  if (schemaJson !== null) checkIndexKinds(schemaJson);
}

function checkDefinition(definitionJson: string): void {
  readDeclaredVariables(definitionJson);
  const { childComponents = [], httpPrefix } = JSON.parse(definitionJson) as {
    readonly childComponents?: readonly { readonly name: string }[];
    readonly httpPrefix?: unknown;
  };
  const problems = childComponents.map(({ name }) => notYet(`components, "${name}"`, null));
  if (httpPrefix !== undefined) problems.push(notYet("httpPrefix of defineApp", null));
  if (problems.length > 0) throw new AppError("NotYet", problems);
}

/** Indexes may come from code that no one can find by reading the source: the schema itself has the last word. */
function checkIndexKinds(schemaJson: string): void {
  const { tables = [] } = JSON.parse(schemaJson) as {
    readonly tables?: readonly Readonly<Record<string, unknown>>[];
  };
  const problems: Problem[] = [];
  for (const table of tables) {
    for (const [field, what] of [
      ["searchIndexes", "search indexes"],
      ["stagedSearchIndexes", "search indexes"],
      ["vectorIndexes", "vector indexes"],
      ["stagedVectorIndexes", "vector indexes"],
    ] as const) {
      const indexes = (table[field] ?? []) as readonly { readonly indexDescriptor: string }[];
      for (const { indexDescriptor } of indexes) {
        problems.push(
          notYet(`${what}, "${indexDescriptor}" of the table "${String(table["tableName"])}"`, null),
        );
      }
    }
  }
  if (problems.length > 0) throw new AppError("NotYet", problems);
}
