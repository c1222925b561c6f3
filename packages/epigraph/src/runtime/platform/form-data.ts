import { Blob, File } from "./blob.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

export type FormDataValue = string | File;

export const MAX_FORM_BYTES: number = 20 * 1024 * 1024;

export class FormData {
  #entries: [string, FormDataValue][] = [];

  append(name: string, value: unknown, filename?: string): void {
    this.#entries.push([String(name), toEntry(value, filename)]);
  }

  set(name: string, value: unknown, filename?: string): void {
    const key = String(name);
    const first = this.#entries.findIndex((entry) => entry[0] === key);
    const entry: [string, FormDataValue] = [key, toEntry(value, filename)];
    if (first === -1) this.#entries.push(entry);
    else {
      this.#entries[first] = entry;
      this.#entries = this.#entries.filter((other, i) => other[0] !== key || i === first);
    }
  }

  get(name: string): FormDataValue | null {
    return this.#entries.find((entry) => entry[0] === String(name))?.[1] ?? null;
  }

  getAll(name: string): FormDataValue[] {
    return this.#entries.filter((entry) => entry[0] === String(name)).map((entry) => entry[1]);
  }

  has(name: string): boolean {
    return this.#entries.some((entry) => entry[0] === String(name));
  }

  delete(name: string): void {
    this.#entries = this.#entries.filter((entry) => entry[0] !== String(name));
  }

  forEach(
    callback: (value: FormDataValue, name: string, form: FormData) => void,
    thisArgument?: unknown,
  ): void {
    for (const [name, value] of this.#entries.slice()) callback.call(thisArgument, value, name, this);
  }

  *entries(): IterableIterator<[string, FormDataValue]> {
    yield* this.#entries.slice();
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.#entries.slice()) yield name;
  }

  *values(): IterableIterator<FormDataValue> {
    for (const [, value] of this.#entries.slice()) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, FormDataValue]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return "FormData";
  }
}

function toEntry(value: unknown, filename: string | undefined): FormDataValue {
  if (!(value instanceof Blob)) return String(value);
  if (value instanceof File && filename === undefined) return value;
  return new File([value], filename ?? "blob", { type: value.type });
}

const escapeName = (name: string): string => name.replace(/\r\n|\r|\n/g, "%0D%0A").replace(/"/g, "%22");

/** The multipart form of the data. */
export function encodeMultipart(form: FormData, boundary: string): Uint8Array<ArrayBuffer> {
  const parts: (string | Blob)[] = [];
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
    if (typeof value === "string") parts.push(`${head}\r\n\r\n${value.replace(/\r\n|\r|\n/g, "\r\n")}\r\n`);
    else {
      const type = value.type === "" ? "application/octet-stream" : value.type;
      parts.push(
        `${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`,
        value,
        "\r\n",
      );
    }
  }
  parts.push(`--${boundary}--\r\n`);
  return Blob.contents(new Blob(parts));
}

/** Parses a body by its content type. @throws TypeError / Error when it is not a form. */
export function parseForm(
  bytes: Uint8Array,
  contentType: string | null,
  params: (query: string) => Iterable<[string, string]>,
): FormData {
  const type = contentType ?? "";
  const form = new FormData();
  if (/^application\/x-www-form-urlencoded(;|$)/i.test(type)) {
    for (const [name, value] of params(decodeUtf8(bytes))) form.append(name, value);
    return form;
  }
  if (!/^multipart\/form-data(;|$)/i.test(type))
    throw new TypeError("The body is not a form: its content type is neither multipart nor urlencoded");
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type);
  if (boundary === null) throw invalid("no boundary in the content type");
  if (bytes.length > MAX_FORM_BYTES) throw invalid(`the form is larger than ${MAX_FORM_BYTES} bytes`);
  parseMultipart(bytes, boundary[1] ?? (boundary[2] as string), form);
  return form;
}

function invalid(reason: string): Error {
  return new Error(`invalid multi-part form: '${reason}'`);
}

function parseMultipart(bytes: Uint8Array, boundary: string, form: FormData): void {
  const delimiter = encodeUtf8(`--${boundary}`);
  let at = indexOf(bytes, delimiter, 0);
  if (at === -1) throw invalid("the boundary does not appear");
  for (;;) {
    at += delimiter.length;
    if (bytes[at] === 45 && bytes[at + 1] === 45) return;
    if (bytes[at] !== 13 || bytes[at + 1] !== 10) throw invalid("no line break after a boundary");
    at += 2;
    const headEnd = indexOf(bytes, HEAD_END, at);
    if (headEnd === -1) throw invalid("incomplete part header");
    const head = decodeUtf8(bytes.subarray(at, headEnd));
    const next = indexOf(bytes, delimiter, headEnd + 4);
    if (next === -1) throw invalid("incomplete part");
    addPart(form, head, bytes.subarray(headEnd + 4, next - 2));
    at = next;
  }
}

const HEAD_END = Uint8Array.of(13, 10, 13, 10);

function addPart(form: FormData, head: string, content: Uint8Array): void {
  const name = /^content-disposition:[^\r\n]*[;\s]name="((?:[^"\\]|\\.)*)"/im.exec(head)?.[1];
  if (name === undefined) throw invalid("a part has no name");
  const filename = /^content-disposition:[^\r\n]*[;\s]filename="((?:[^"\\]|\\.)*)"/im.exec(head)?.[1];
  const unescapeName = (text: string): string => text.replace(/%22/g, '"').replace(/%0D%0A/g, "\r\n");
  if (filename === undefined) form.append(unescapeName(name), decodeUtf8(content));
  else {
    const type = /^content-type:[ \t]*([^\r\n]*)/im.exec(head)?.[1] ?? "application/octet-stream";
    form.append(unescapeName(name), new File([content], unescapeName(filename), { type: type.trim() }));
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const first = wanted[0] as number;
  for (let i = bytes.indexOf(first, from); i !== -1; i = bytes.indexOf(first, i + 1)) {
    let j = 1;
    while (j < wanted.length && bytes[i + j] === wanted[j]) j++;
    if (j === wanted.length) return i;
  }
  return -1;
}
