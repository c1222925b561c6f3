const MAX_CHARS = 16384;
const TRUNCATED = "[...truncated]";

/** JSON for messages: what JSON leaves out or refuses is spelled out, and the length is bounded. */
export function showForError(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner) => {
    if (inner === undefined) return "undefined";
    if (typeof inner === "bigint") return `${inner}n`;
    if (typeof inner === "function") return "[Function]";
    return typeof inner === "symbol" ? String(inner) : inner;
  });
  if (text.length <= MAX_CHARS) return text;
  const end = MAX_CHARS - TRUNCATED.length;
  const splitsPair = (text.codePointAt(end - 1) ?? 0) > 0xffff;
  return text.slice(0, splitsPair ? end - 1 : end) + TRUNCATED;
}
