import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/**
 * The encoding library expects native UTF-8 coders when it is evaluated, and a bare isolate has none. These two stand
 * in while libraries load; the library's own full classes replace them for apps.
 */
class Utf8Encoder {
  readonly encoding = "utf-8";
  encode(text = ""): Uint8Array {
    return encodeUtf8(String(text));
  }
}

class Utf8Decoder {
  readonly encoding = "utf-8";
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  constructor(_label = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    this.fatal = options.fatal === true;
    this.ignoreBOM = options.ignoreBOM === true;
  }
  decode(bytes: Uint8Array = new Uint8Array(0)): string {
    const text = decodeUtf8(bytes);
    if (this.fatal && text.includes("\ufffd"))
      throw new TypeError("The encoded data was not valid for encoding utf-8");
    return text;
  }
}

Object.assign(globalThis, { TextEncoder: Utf8Encoder, TextDecoder: Utf8Decoder });
