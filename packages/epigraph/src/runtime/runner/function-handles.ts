import { createHash } from "node:crypto";
import { DatabaseError } from "../../database/database-error.ts";
import { HANDLE_PREFIX, isFunctionHandle } from "../../values/function-handle.ts";
import type { Value } from "../../values/value.ts";
import type { FunctionInfo } from "./code.ts";
import { displayPath } from "./function-path.ts";

/*
 * A handle is text that names a function for as long as there is one at its place, to be stored and handed on. Its id
 * follows from that place alone: nothing has to be kept, a push changes no handle, and the function that is gone and comes
 * back has its old one.
 */

type Functions = ReadonlyMap<string, FunctionInfo>;

const ROOT = "";
const ID_LENGTH = 32;

/** Paths by ids, made for the functions of a push when the first of their handles is used. */
const pathsById = new WeakMap<Functions, ReadonlyMap<string, string>>();

/** The handle of a function. @param path canonical */
export function handleOf(path: string): string {
  return `${HANDLE_PREFIX}${idOf(path)}#${displayPath(path)}`;
}

/**
 * The function that a handle names: its id says which; what is behind it is for people.
 * @returns its canonical path.
 * @throws DatabaseError `FunctionHandleNotFound`
 */
export function functionOfHandle(functions: Functions, handle: Value): string {
  let paths = pathsById.get(functions);
  if (paths === undefined) {
    paths = new Map(Array.from(functions.keys(), (path) => [idOf(path), path]));
    pathsById.set(functions, paths);
  }
  const id = isFunctionHandle(handle) ? handle.slice(HANDLE_PREFIX.length).split("#", 1)[0] : undefined;
  const path = paths.get(id ?? "");
  if (path === undefined) throw new DatabaseError("FunctionHandleNotFound", "Function handle not found");
  return path;
}

function idOf(path: string): string {
  return createHash("sha256").update(`${ROOT}\n${path}`).digest("hex").slice(0, ID_LENGTH);
}
