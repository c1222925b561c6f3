import type { RecordedBody } from "./recorded.ts";

/** A body as a person reads it: JSON with indentation, everything else as it is. */
export function prettyBody({ text, isBase64, isCut }: RecordedBody): string {
  if (isBase64 || isCut || !/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
