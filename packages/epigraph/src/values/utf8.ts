/** Text from here on is measured by the platform's encoder, where there is one: an allocation, but vectorized. */
const LONG_TEXT_CHARS = 1024;

/** Length in bytes of well-formed text in UTF-8. */
export function utf8Length(text: string): number {
  const { length } = text;
  // Looked up when needed, for bare isolates have no encoder.
  if (length >= LONG_TEXT_CHARS && typeof TextEncoder === "function") {
    return new TextEncoder().encode(text).length;
  }
  let bytes = length;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) {
      bytes += 1;
    } else {
      bytes += 2;
      // A pair of surrogates is four bytes for two code units.
      if (code >= 0xd800 && code < 0xdc00) i++;
    }
  }
  return bytes;
}

/**
 * Order of two strings by UTF-8 bytes, which is the order of code points. Code units differ from it in one way:
 * surrogates stand for code points above 0xFFFF but lie below 0xE000.
 */
export function compareUtf8(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return surrogatesLast(x) < surrogatesLast(y) ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

function surrogatesLast(codeUnit: number): number {
  if (codeUnit < 0xd800) return codeUnit;
  return codeUnit < 0xe000 ? codeUnit + 0x2000 : codeUnit - 0x800;
}
