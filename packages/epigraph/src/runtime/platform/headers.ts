type HeadersInput = Iterable<readonly [string, string]> | Readonly<Record<string, string>> | undefined | null;

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function checkName(name: unknown): string {
  const text = String(name);
  if (!NAME.test(text)) throw new TypeError(`Invalid header name: ${JSON.stringify(text)}`);
  return text.toLowerCase();
}

function checkValue(value: unknown): string {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  if (/[\0\r\n]|[^\0-\xff]/.test(text)) throw new TypeError(`Invalid header value: ${JSON.stringify(text)}`);
  return text;
}

/** Headers keep insertion order and repeated names as separate entries, as the platform's own do. */
export class Headers {
  #pairs: [string, string][] = [];

  constructor(init?: HeadersInput) {
    if (init === undefined || init === null) return;
    if (typeof init !== "object")
      throw new TypeError("Headers can be made from an object, pairs, or other headers");
    const pairs =
      Symbol.iterator in init ? (init as Iterable<readonly [string, string]>) : Object.entries(init);
    for (const pair of pairs) {
      const [name, value, ...rest] = [...pair];
      if (value === undefined || rest.length > 0) throw new TypeError("A header pair has a name and a value");
      this.append(name as string, value);
    }
  }

  /** Pairs that are known to be valid: those of an incoming request. */
  static fromTrustedPairs(pairs: [string, string][]): Headers {
    const headers = new Headers();
    headers.#pairs = pairs;
    return headers;
  }

  append(name: string, value: string): void {
    this.#pairs.push([checkName(name), checkValue(value)]);
  }

  set(name: string, value: string): void {
    const key = checkName(name);
    const text = checkValue(value);
    const first = this.#pairs.findIndex((pair) => pair[0] === key);
    if (first === -1) {
      this.#pairs.push([key, text]);
      return;
    }
    this.#pairs = this.#pairs.filter((pair, i) => pair[0] !== key || i === first);
    this.#pairs[this.#pairs.findIndex((pair) => pair[0] === key)] = [key, text];
  }

  delete(name: string): void {
    const key = checkName(name);
    this.#pairs = this.#pairs.filter((pair) => pair[0] !== key);
  }

  get(name: string): string | null {
    const key = checkName(name);
    let found: string | null = null;
    for (const [candidate, value] of this.#pairs) {
      if (candidate === key) found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  has(name: string): boolean {
    const key = checkName(name);
    return this.#pairs.some((pair) => pair[0] === key);
  }

  getSetCookie(): string[] {
    return this.#pairs.filter((pair) => pair[0] === "set-cookie").map((pair) => pair[1]);
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, thisArgument?: unknown): void {
    for (const [name, value] of this.#pairs.slice()) callback.call(thisArgument, value, name, this);
  }

  *entries(): IterableIterator<[string, string]> {
    for (const [name, value] of this.#pairs.slice()) yield [name, value];
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.#pairs.slice()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.#pairs.slice()) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return "Headers";
  }
}
