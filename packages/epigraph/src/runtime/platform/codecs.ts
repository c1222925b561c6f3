import { utf8fromStringLoose, utf8toStringLoose } from "@exodus/bytes/utf8.js";

// Imported statically on purpose: the library looks for a native TextEncoder when it is evaluated, and must not find
// the one that is made from it.
export { TextDecoder, TextDecoderStream, TextEncoder, TextEncoderStream } from "@exodus/bytes/encoding.js";

/** UTF-8 bytes of a string; lone surrogates become U+FFFD. */
export function utf8Encode(text: string): Uint8Array<ArrayBuffer> {
  return utf8fromStringLoose(text) as Uint8Array<ArrayBuffer>;
}

/** "UTF-8 decode" of the Encoding standard: a leading byte order mark is dropped, broken sequences become U+FFFD. */
export function utf8Decode(bytes: Uint8Array): string {
  const text = utf8toStringLoose(bytes as Uint8Array<ArrayBuffer>);
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** The same with a leading byte order mark kept. */
export function utf8DecodeWithBom(bytes: Uint8Array): string {
  return utf8toStringLoose(bytes as Uint8Array<ArrayBuffer>);
}
