import { hash } from "node:crypto";
import type { CallOrigin } from "../calls.ts";
import type { QueryCaller } from "./query-caller.ts";

/** A query, as whoever wants its result knows it. */
export interface CachedQuery {
  /** Canonical, `messages.js:list`. */
  readonly path: string;
  /** Empty for the app itself. */
  readonly componentPath: string;
  /** JSON text of the positional arguments. */
  readonly argsJson: string;
  /** Of the last result that the same caller had; null for none. */
  readonly journal: string | null;
  readonly caller: QueryCaller;
  readonly origin: CallOrigin;
}

const MAX_KEY_LENGTH = 512;

/** Everything that makes two queries one, but the identity of the caller. By what way they come makes no difference. */
export function keyOf(
  { path, componentPath, argsJson, caller }: CachedQuery,
  journal: string | null,
): string {
  const page = journal === null ? "-" : `${journal.length}:${journal}`;
  const key = `${caller.access} ${componentPath} ${path}\n${page}\n${argsJson}`;
  return key.length <= MAX_KEY_LENGTH ? key : hash("sha256", key, "base64");
}
