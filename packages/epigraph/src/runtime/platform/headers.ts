export type HeaderPairs = [string, string][];

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What the Fetch standard forbids in a value: the first three, and what is no byte. */
const BAD_VALUE = /[\0\r\n\u0100-\uffff]/;

/** Adopts the pairs as they are: lower-case names, valid values, owned by the new object. */
export let adoptHeaders: (pairs: HeaderPairs) => Headers;
/** The live list behind the object. */
export let headerPairsOf: (headers: Headers) => HeaderPairs;

/**
 * `Headers` of the Fetch standard with one difference that the runtime prescribes: iteration keeps insertion order and
 * repeated names stay separate entries, where the standard sorts and combines. `get` joins with `", "`.
 */
export class Headers {
  #pairs: HeaderPairs = [];

  constructor(init?: unknown) {
    if (init === undefined || init === null) return;
    if (typeof init !== "object" && typeof init !== "function") {
      throw new TypeError("Headers can only be made from an object or a sequence of pairs");
    }
    if (#pairs in init) {
      this.#pairs = (init as Headers).#pairs.map(([name, value]) => [name, value]);
      return;
    }
    const iterate = (init as Partial<Iterable<unknown>>)[Symbol.iterator];
    if (iterate === undefined || iterate === null) {
      for (const name of Reflect.ownKeys(init)) {
        if (Object.getOwnPropertyDescriptor(init, name)?.enumerable !== true) continue;
        this.append(name as string, (init as Record<string, string>)[name as string] as string);
      }
      return;
    }
    for (const entry of init as Iterable<Iterable<string>>) {
      const pair = [...entry];
      if (pair.length !== 2) throw new TypeError("Each header pair must be a name and a value");
      this.append(pair[0]!, pair[1]!);
    }
  }

  static {
    adoptHeaders = (pairs) => {
      const headers = new Headers();
      headers.#pairs = pairs;
      return headers;
    };
    headerPairsOf = (headers) => headers.#pairs;
  }

  append(name: string, value: string): void {
    this.#pairs.push([headerName(name), headerValue(value)]);
  }

  delete(name: string): void {
    const wanted = headerName(name);
    if (this.#pairs.some(([key]) => key === wanted))
      this.#pairs = this.#pairs.filter(([key]) => key !== wanted);
  }

  get(name: string): string | null {
    const wanted = headerName(name);
    let result: string | null = null;
    for (const [key, value] of this.#pairs) {
      if (key === wanted) result = result === null ? value : `${result}, ${value}`;
    }
    return result;
  }

  getSetCookie(): string[] {
    return this.#pairs.filter(([key]) => key === "set-cookie").map(([, value]) => value);
  }

  has(name: string): boolean {
    const wanted = headerName(name);
    return this.#pairs.some(([key]) => key === wanted);
  }

  set(name: string, value: string): void {
    const wanted = headerName(name);
    const checked = headerValue(value);
    const first = this.#pairs.findIndex(([key]) => key === wanted);
    if (first === -1) {
      this.#pairs.push([wanted, checked]);
      return;
    }
    this.#pairs = this.#pairs.filter(([key], index) => key !== wanted || index === first);
    this.#pairs[first] = [wanted, checked];
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, thisArg?: unknown): void {
    for (const [name, value] of this) callback.call(thisArg, value, name, this);
  }

  *entries(): Generator<[string, string], undefined> {
    for (let index = 0; index < this.#pairs.length; index++) {
      const [name, value] = this.#pairs[index]!;
      yield [name, value];
    }
  }

  *keys(): Generator<string, undefined> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<string, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[string, string], undefined> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return "Headers";
  }
}

function headerName(name: string): string {
  const text = String(name);
  if (!TOKEN.test(text)) throw new TypeError(`Invalid header name: ${JSON.stringify(text)}`);
  return text.toLowerCase();
}

function headerValue(value: string): string {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  if (BAD_VALUE.test(text)) throw new TypeError(`Invalid header value: ${JSON.stringify(text)}`);
  return text;
}
