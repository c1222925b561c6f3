/** UTF-8 with replacement characters for what is malformed, as every body reader decodes. */
export function decodeUtf8(bytes: Uint8Array): string {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const parts: string[] = [];
  let units: number[] = [];
  let i = start;
  while (i < bytes.length) {
    const lead = bytes[i] as number;
    let length =
      lead < 0x80
        ? 1
        : lead >= 0xc2 && lead < 0xe0
          ? 2
          : lead >= 0xe0 && lead < 0xf0
            ? 3
            : lead >= 0xf0 && lead < 0xf5
              ? 4
              : 0;
    let code = length === 1 ? lead : length === 0 ? 0xfffd : lead & (0x7f >> length);
    for (let step = 1; step < length; step++) {
      const next = bytes[i + step];
      // The first continuation byte is narrower after these leads: overlong forms, surrogates, beyond U+10FFFF.
      const low = step === 1 ? (lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80) : 0x80;
      const high = step === 1 ? (lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf) : 0xbf;
      if (next === undefined || next < low || next > high) {
        code = 0xfffd;
        length = step;
        break;
      }
      code = (code << 6) | (next & 0x3f);
    }
    i += Math.max(length, 1);
    if (code > 0xffff) units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
    else units.push(code);
    if (units.length > 8192) {
      parts.push(String.fromCharCode.apply(null, units));
      units = [];
    }
  }
  parts.push(String.fromCharCode.apply(null, units));
  return parts.join("");
}

export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      bytes[length++] = code;
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const full = text.codePointAt(i) as number;
      if (full > 0xffff) {
        i++;
        bytes[length++] = 0xf0 | (full >> 18);
        bytes[length++] = 0x80 | ((full >> 12) & 63);
        bytes[length++] = 0x80 | ((full >> 6) & 63);
        bytes[length++] = 0x80 | (full & 63);
        continue;
      }
      code = 0xfffd;
    }
    if (code < 0x800) bytes[length++] = 0xc0 | (code >> 6);
    else {
      bytes[length++] = 0xe0 | (code >> 12);
      bytes[length++] = 0x80 | ((code >> 6) & 63);
    }
    bytes[length++] = 0x80 | (code & 63);
  }
  return bytes.slice(0, length);
}
