import { blobBytes, newFile } from "./blob.ts";
import { concatBytes } from "./bytes.ts";
import { utf8DecodeWithBom, utf8Encode } from "./codecs.ts";
import { FormData } from "./form-data.ts";
import { platformHost } from "./host.ts";

/** Largest multipart body that `formData()` reads. */
export const MULTIPART_LIMIT_BYTES: number = 20 * 1024 * 1024;

const CR = 13;
const LF = 10;
const DASH = 45;

/** The error of a multipart body that can't be read. */
export function invalidForm(reason: string): Error {
  return new Error(`invalid multi-part form: '${reason}'`);
}

/** A boundary of 128 random bits, which no body holds by chance. */
export function newBoundary(): string {
  const bytes = new Uint8Array(16);
  platformHost().fillRandom(bytes);
  return `----formdata-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The form as `multipart/form-data` bytes (HTML standard, "multipart/form-data encoding algorithm"). */
export function encodeMultipart(form: FormData, boundary: string): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(withCrlf(name))}"`;
    if (typeof value === "string") {
      parts.push(utf8Encode(`${head}\r\n\r\n${withCrlf(value)}\r\n`));
      continue;
    }
    const type = value.type === "" ? "application/octet-stream" : value.type;
    parts.push(utf8Encode(`${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`));
    parts.push(blobBytes(value), utf8Encode("\r\n"));
  }
  parts.push(utf8Encode(`--${boundary}--\r\n`));
  return concatBytes(parts);
}

/**
 * Reads `multipart/form-data` (RFC 7578). Files share the memory of `bytes`.
 * @throws the error of `invalidForm` for a malformed body.
 */
export function parseMultipart(bytes: Uint8Array, boundary: string): FormData {
  const form = new FormData();
  const marker = utf8Encode(`--${boundary}`);
  // A preamble before the first boundary is allowed, and ignored (RFC 2046).
  let at = startsWith(bytes, marker, 0) ? 0 : findLine(bytes, marker, 0) + 2;
  if (at === 1) throw invalidForm("the boundary was not found");
  for (;;) {
    at += marker.length;
    if (bytes[at] === DASH && bytes[at + 1] === DASH) return form;
    while (bytes[at] === 32 || bytes[at] === 9) at++;
    if (bytes[at] !== CR || bytes[at + 1] !== LF)
      throw invalidForm("a boundary is not followed by a line break");
    at += 2;
    const headers = new Map<string, string>();
    for (;;) {
      const end = findCrlf(bytes, at);
      if (end === -1) throw invalidForm("the headers of a part do not end");
      if (end === at) break;
      const line = utf8DecodeWithBom(bytes.subarray(at, end));
      const colon = line.indexOf(":");
      if (colon < 1) throw invalidForm("a header of a part has no name");
      headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
      at = end + 2;
    }
    const start = at + 2;
    // Searched from the empty line's own break, for a part with an empty body.
    const end = findLine(bytes, marker, at);
    if (end === -1) throw invalidForm("the last boundary is missing");
    appendPart(form, headers, bytes.subarray(start, Math.max(start, end)));
    at = end + 2;
  }
}

function appendPart(form: FormData, headers: ReadonlyMap<string, string>, content: Uint8Array): void {
  const disposition = headers.get("content-disposition") ?? "";
  if (!/^form-data\s*(;|$)/i.test(disposition)) throw invalidForm("a part has no form-data disposition");
  const parameters = readParameters(disposition);
  const name = parameters.get("name");
  if (name === undefined) throw invalidForm("a part has no name");
  const filename = parameters.get("filename");
  if (filename === undefined) form.append(name, utf8DecodeWithBom(content));
  else form.append(name, newFile(content, filename, headers.get("content-type") ?? "text/plain"));
}

/**
 * Quoted and bare parameters, with the percent escapes that browsers write and the `\"` of older clients. Browsers leave
 * a backslash alone, so one before what can only be the closing quote escapes nothing.
 */
function readParameters(header: string): Map<string, string> {
  const parameters = new Map<string, string>();
  const pattern = /;\s*([^=;\s]+)\s*=\s*(?:"((?:\\"(?!\s*(?:;|$))|[^"])*)"|([^;\s]*))\s*/y;
  pattern.lastIndex = header.indexOf(";");
  for (let match = pattern.exec(header); match !== null; match = pattern.exec(header)) {
    const raw = match[2]?.replaceAll('\\"', '"') ?? match[3]!;
    const value = raw.replace(/%(0A|0D|22)/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    parameters.set(match[1]!.toLowerCase(), value);
  }
  return parameters;
}

function escapeName(name: string): string {
  return name.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22");
}

function withCrlf(text: string): string {
  return text.replace(/\r\n|\r|\n/g, "\r\n");
}

function startsWith(bytes: Uint8Array, marker: Uint8Array, at: number): boolean {
  for (let index = 0; index < marker.length; index++) if (bytes[at + index] !== marker[index]) return false;
  return true;
}

function findCrlf(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(CR, from); at !== -1; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF) return at;
  }
  return -1;
}

/** Position of the line break before the next line that starts with the marker; -1 when there is none. */
function findLine(bytes: Uint8Array, marker: Uint8Array, from: number): number {
  for (let at = findCrlf(bytes, from); at !== -1; at = findCrlf(bytes, at + 2)) {
    if (startsWith(bytes, marker, at + 2)) return at;
  }
  return -1;
}
