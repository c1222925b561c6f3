import { EpigraphError } from "../errors/epigraph-error.ts";

const MAX_COMPONENT_LENGTH = 64;
const COMPONENT_PATTERN = /^[A-Za-z0-9_.]+$/;
const EXPORT_PATTERN = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
const EXTENSION = ".js";
const DEFAULT_EXPORT = "default";

/**
 * The canonical form `folder/module.js:export` of a path that a client wrote: `folder/module:export`, with or without
 * `.js`, and without `:export` for the default export.
 * @throws EpigraphError `BadConvexFunctionIdentifier`
 */
export function canonicalFunctionPath(path: string): string {
  const colon = path.indexOf(":");
  const modulePath = colon === -1 ? path : path.slice(0, colon);
  const exportName = colon === -1 ? DEFAULT_EXPORT : path.slice(colon + 1);
  const problem = moduleProblem(modulePath) ?? exportProblem(exportName);
  if (problem !== null) {
    throw new EpigraphError(
      "BadConvexFunctionIdentifier",
      `${path} is not a valid path to a Convex function. ${problem}`,
    );
  }
  return `${modulePath}${modulePath.endsWith(EXTENSION) ? "" : EXTENSION}:${exportName}`;
}

function moduleProblem(modulePath: string): string | null {
  if (modulePath === "") return "The path of the module is empty.";
  if (modulePath.startsWith("/")) return "The path of the module must be relative.";
  const components = modulePath.split("/");
  for (const component of components) {
    if (component === "") return "A part of the module's path is empty.";
    if (component.length > MAX_COMPONENT_LENGTH) {
      return `A part of the module's path is longer than ${MAX_COMPONENT_LENGTH} characters.`;
    }
    if (!COMPONENT_PATTERN.test(component) || component === "." || component === "..") {
      return "The parts of the module's path may only have letters, digits, underscores and dots.";
    }
  }
  const fileName = components.at(-1) as string;
  const dot = fileName.lastIndexOf(".");
  return dot !== -1 && fileName.slice(dot) !== EXTENSION
    ? `The module's extension must be ${EXTENSION}, or be left out.`
    : null;
}

function exportProblem(exportName: string): string | null {
  return EXPORT_PATTERN.test(exportName) ? null : "The name after the colon must be that of an export.";
}
