import { convexToJson, jsonToConvex, type Value } from "convex/values";

/** The text of a value as a person edits it: JSON, with `{"$integer": …}` and its siblings for what JSON has not. */
export function showValue(value: Value, indent = 2): string {
  return JSON.stringify(convexToJson(value), null, indent);
}

/** For a cell: on one line, and cut. */
export function showShort(value: Value | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value.length > 200 ? `${value.slice(0, 200)}…` : value;
  if (typeof value === "bigint") return `${value}n`;
  const text = showValue(value, 0);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** @throws Error with a text for people. */
export function parseValue(text: string): Value {
  return jsonToConvex(JSON.parse(text));
}

/** What a person typed into a filter: JSON, or else the text itself. */
export function parseLoosely(text: string): Value {
  try {
    return parseValue(text);
  } catch {
    return text;
  }
}
