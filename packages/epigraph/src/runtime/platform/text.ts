import {
  TextDecoder as ExodusTextDecoder,
  TextEncoder as ExodusTextEncoder,
} from "@exodus/bytes/encoding-lite.js";

export const TextDecoder: typeof ExodusTextDecoder = ExodusTextDecoder;
export const TextEncoder: typeof ExodusTextEncoder = ExodusTextEncoder;

const latin1 = (text: string): string => {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 255)
      throw new Error("The string to be encoded contains characters outside of the Latin1 range.");
  }
  return text;
};

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function btoa(input: unknown): string {
  const text = latin1(String(input));
  let out = "";
  for (let i = 0; i < text.length; i += 3) {
    const word =
      (text.charCodeAt(i) << 16) | ((text.charCodeAt(i + 1) || 0) << 8) | (text.charCodeAt(i + 2) || 0);
    out += ALPHABET[word >> 18]! + ALPHABET[(word >> 12) & 63]!;
    out += i + 1 < text.length ? ALPHABET[(word >> 6) & 63]! : "=";
    out += i + 2 < text.length ? ALPHABET[word & 63]! : "=";
  }
  return out;
}

export function atob(input: unknown): string {
  let text = String(input).replace(/[\t\n\f\r ]/g, "");
  if (text.length % 4 === 0) text = text.replace(/==?$/, "");
  if (text.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(text))
    throw new Error("The string to be decoded is not correctly encoded.");
  let out = "";
  let accumulator = 0;
  let bits = 0;
  for (const character of text) {
    accumulator = ((accumulator << 6) | ALPHABET.indexOf(character)) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += String.fromCharCode((accumulator >> bits) & 255);
    }
  }
  return out;
}
