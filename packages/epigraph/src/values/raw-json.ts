import type { JSONValue } from "./value.ts";

/** `JSON.rawJSON` (ECMAScript 2026) is in every engine this runs on, but not yet in the type library. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): JSONValue };

/** A node that `JSON.stringify` writes as exactly this text, for numbers whose notation matters. */
export function rawJson(text: string): JSONValue {
  return rawJSON(text);
}
