import { DatabaseError } from "../../database/database-error.ts";

/** `messages.js:list` as developers write it: `messages:list`. */
export function displayPath(path: string): string {
  return path.replace(/\.js:/, ":").replace(/:default$/, "");
}

export function splitPath(path: string): readonly [module: string, name: string] {
  const colon = path.lastIndexOf(":");
  return [path.slice(0, colon), path.slice(colon + 1)];
}

const REFERENCE_PREFIX = "_reference/function/";

/**
 * Canonical `module.js:export` of a function address as the SDK sends it: by name, or by reference.
 * @param operation for the message: `runUdf` or the name of the action's operation.
 * @throws DatabaseError `InvalidArgument`
 */
export function addressedFunction(address: Readonly<Record<string, unknown>>, operation: string): string {
  const { name, reference } = address;
  if (typeof name === "string") return canonicalPath(name);
  if (typeof reference === "string" && reference.startsWith(REFERENCE_PREFIX)) {
    return canonicalPath(reference.slice(REFERENCE_PREFIX.length));
  }
  throw new DatabaseError(
    "InvalidArgument",
    `Invalid arguments for \`${operation}\`: Missing required argument 'name'`,
  );
}

function canonicalPath(path: string): string {
  const colon = path.lastIndexOf(":");
  const module = colon === -1 ? path : path.slice(0, colon);
  const name = colon === -1 ? "default" : path.slice(colon + 1);
  return `${module.endsWith(".js") ? module : `${module}.js`}:${name}`;
}
