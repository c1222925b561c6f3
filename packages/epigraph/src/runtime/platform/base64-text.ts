import { DOMException } from "./dom-exception.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES: Uint8Array = new Uint8Array(128).fill(255);
for (let index = 0; index < 64; index++) VALUES[ALPHABET.charCodeAt(index)] = index;

/** Characters of one `join` step: long concatenations one character at a time cost memory. */
const STEP = 0x4000;

/** `btoa` of the HTML standard. @throws DOMException InvalidCharacterError for a character above U+00FF. */
export function btoa(data: string): string {
  const text = String(data);
  const parts: string[] = [];
  let part = "";
  for (let index = 0; index < text.length; index += 3) {
    const a = text.charCodeAt(index);
    const b = text.charCodeAt(index + 1);
    const c = text.charCodeAt(index + 2);
    if (a > 255 || b > 255 || c > 255) {
      throw new DOMException(
        "The string holds characters outside of the Latin1 range",
        "InvalidCharacterError",
      );
    }
    // charCodeAt past the end is NaN, which the bit operators read as 0.
    const bits = (a << 16) | (b << 8) | c;
    part += ALPHABET[bits >> 18]! + ALPHABET[(bits >> 12) & 63]!;
    part += index + 1 < text.length ? ALPHABET[(bits >> 6) & 63]! : "=";
    part += index + 2 < text.length ? ALPHABET[bits & 63]! : "=";
    if (part.length >= STEP) {
      parts.push(part);
      part = "";
    }
  }
  parts.push(part);
  return parts.join("");
}

/** `atob` of the HTML standard ("forgiving-base64 decode"). @throws DOMException InvalidCharacterError when malformed. */
export function atob(data: string): string {
  let text = String(data).replace(/[\t\n\f\r ]+/g, "");
  if (text.length % 4 === 0) text = text.replace(/==?$/, "");
  if (text.length % 4 === 1) throw malformed();
  const parts: string[] = [];
  let part = "";
  let bits = 0;
  let bitCount = 0;
  for (let index = 0; index < text.length; index++) {
    const value = VALUES[text.charCodeAt(index)];
    if (value === undefined || value === 255) throw malformed();
    bits = (bits << 6) | value;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      part += String.fromCharCode((bits >> bitCount) & 255);
      bits &= (1 << bitCount) - 1;
    }
    if (part.length >= STEP) {
      parts.push(part);
      part = "";
    }
  }
  parts.push(part);
  return parts.join("");
}

function malformed(): DOMException {
  return new DOMException("The string to be decoded is not correctly encoded", "InvalidCharacterError");
}
