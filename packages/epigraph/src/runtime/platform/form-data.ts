import { type Blob, blobBytes, File, isBlob } from "./blob.ts";

export type FormDataValue = string | File;

export let isFormData: (value: unknown) => value is FormData;

/** `FormData` of the XMLHttpRequest standard (without forms, which a server has not). */
export class FormData {
  #entries: [string, FormDataValue][] = [];

  constructor(form?: unknown) {
    if (form !== undefined)
      throw new TypeError("Failed to construct 'FormData': there are no HTML forms here");
  }

  static {
    isFormData = (value): value is FormData =>
      typeof value === "object" && value !== null && #entries in value;
  }

  append(name: string, value: unknown, filename?: string): void {
    this.#entries.push([String(name).toWellFormed(), entryValue(value, filename)]);
  }

  set(name: string, value: unknown, filename?: string): void {
    const key = String(name).toWellFormed();
    const entry: [string, FormDataValue] = [key, entryValue(value, filename)];
    const first = this.#entries.findIndex(([known]) => known === key);
    if (first === -1) {
      this.#entries.push(entry);
      return;
    }
    this.#entries = this.#entries.filter(([known], index) => known !== key || index === first);
    this.#entries[first] = entry;
  }

  delete(name: string): void {
    const key = String(name).toWellFormed();
    this.#entries = this.#entries.filter(([known]) => known !== key);
  }

  get(name: string): FormDataValue | null {
    const key = String(name).toWellFormed();
    return this.#entries.find(([known]) => known === key)?.[1] ?? null;
  }

  getAll(name: string): FormDataValue[] {
    const key = String(name).toWellFormed();
    return this.#entries.filter(([known]) => known === key).map(([, value]) => value);
  }

  has(name: string): boolean {
    const key = String(name).toWellFormed();
    return this.#entries.some(([known]) => known === key);
  }

  forEach(callback: (value: FormDataValue, name: string, form: FormData) => void, thisArg?: unknown): void {
    for (const [name, value] of this) callback.call(thisArg, value, name, this);
  }

  *entries(): Generator<[string, FormDataValue], undefined> {
    for (let index = 0; index < this.#entries.length; index++) {
      const [name, value] = this.#entries[index]!;
      yield [name, value];
    }
  }

  *keys(): Generator<string, undefined> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<FormDataValue, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[string, FormDataValue], undefined> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return "FormData";
  }
}

function entryValue(value: unknown, filename: string | undefined): FormDataValue {
  if (!isBlob(value)) {
    if (filename !== undefined) throw new TypeError("A file name can only be given for a Blob");
    return String(value).toWellFormed();
  }
  if (value instanceof File && filename === undefined) return value;
  const blob: Blob = value;
  const lastModified = value instanceof File ? { lastModified: value.lastModified } : {};
  return new File([blobBytes(blob)], filename ?? "blob", { type: blob.type, ...lastModified });
}
