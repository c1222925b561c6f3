/** Numbers in [0, 1), as `seededRandom` makes them. */
export type Random = () => number;

/** An integer below `end`. */
export function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[below(random, values.length)] as T;
}

const MAX_NOISE = 64;
const MAX_REPEATS = 2000;

/** What parsers of HTTP and of JSON have stumbled over somewhere. */
const TOKENS: readonly string[] = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  "\0",
  "\t",
  " ",
  ":",
  ";",
  ",",
  "%",
  "%00",
  "%2e%2e/",
  "..",
  "//",
  "#",
  "?",
  "\\",
  "\xff",
  "\xc3\xa9",
  "-1",
  "0x10",
  "1e309",
  "18446744073709551616",
  "99999999999999999999999999",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/0.9",
  "Transfer-Encoding: chunked\r\n",
  "Content-Length: 0\r\n",
  "Content-Length: 9007199254740993\r\n",
  "Connection: close\r\n",
  "Connection: upgrade\r\nUpgrade: websocket\r\n",
  "Expect: 100-continue\r\n",
  "Host: \r\n",
  "Host: [::1\r\n",
  "X-Forwarded-Host: a b\r\n",
  'Forwarded: host="\r\n',
  "Convex-Client: x\r\n",
  "Authorization: Convex x\r\n",
  "__proto__",
  "constructor",
  '{"$integer":"AA=="}',
  '{"$bytes":"!"}',
  '{"$float":"AAAA"}',
  "\\ud800",
  '"',
  "{",
  "}",
  "[",
  "]",
  "null",
];

/** Changes a text of bytes (Latin-1) in one to four places. */
export function mutateBytes(random: Random, text: string): string {
  let mutated = text;
  for (let left = 1 + below(random, 4); left > 0; left--)
    mutated = pick(random, BYTE_MUTATIONS)(random, mutated);
  return mutated;
}

const BYTE_MUTATIONS: readonly ((random: Random, text: string) => string)[] = [
  // Truncated.
  (random, text) => text.slice(0, below(random, text.length + 1)),
  // Another byte.
  (random, text) => replace(text, below(random, text.length), 1, noise(random, 1)),
  // Bytes too many.
  (random, text) =>
    replace(text, below(random, text.length + 1), 0, noise(random, 1 + below(random, MAX_NOISE))),
  (random, text) => replace(text, below(random, text.length + 1), 0, pick(random, TOKENS)),
  (random, text) =>
    replace(text, below(random, text.length + 1), 0, pick(random, TOKENS).repeat(below(random, MAX_REPEATS))),
  // Bytes missing.
  (random, text) => replace(text, below(random, text.length), 1 + below(random, 20), ""),
  // A part twice.
  (random, text) => {
    const start = below(random, text.length);
    return replace(text, start, 0, text.slice(start, start + below(random, 200)));
  },
  // Another number.
  (random, text) => text.replace(/\d+/, () => pick(random, ["0", "-1", "1e9", "4294967296", "9".repeat(30)])),
  // Lines in another order.
  (random, text) => {
    const lines = text.split("\r\n");
    const [line] = lines.splice(below(random, lines.length), 1);
    lines.splice(below(random, lines.length + 1), 0, line as string);
    return lines.join("\r\n");
  },
];

export function noise(random: Random, length: number): string {
  return String.fromCharCode(...Array.from({ length }, () => below(random, 256)));
}

function replace(text: string, start: number, length: number, by: string): string {
  return text.slice(0, start) + by + text.slice(start + length);
}

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -0.5,
  1e308,
  2 ** 53,
  "",
  "x",
  "\0",
  "\ud800",
  "x".repeat(5000),
  [],
  {},
  [[]],
  { $integer: "AAAAAAAAAAA=" },
  { $integer: 1 },
  { $bytes: "AAAA" },
  { $float: "x" },
  { $unknown: null },
  { "": 1 },
  { $: 1 },
  { toString: 1, valueOf: null },
  JSON.parse('{"__proto__":{"a":1}}'),
];

/** Changes a JSON value in one to three places. */
export function mutateJson(random: Random, value: unknown): unknown {
  let mutated = value;
  for (let left = 1 + below(random, 3); left > 0; left--) mutated = mutateNode(random, mutated);
  return mutated;
}

function mutateNode(random: Random, value: unknown): unknown {
  const isContainer = typeof value === "object" && value !== null;
  if (!isContainer || random() < 0.15) return random() < 0.1 ? nested(random, value) : pick(random, VALUES);
  if (Array.isArray(value)) {
    const copy = [...(value as unknown[])];
    const at = below(random, copy.length + 1);
    if (at === copy.length) copy.push(pick(random, VALUES));
    else copy[at] = mutateNode(random, copy[at]);
    return copy;
  }
  const entries = Object.entries(value);
  const at = below(random, entries.length + 1);
  const entry = entries[at];
  const roll = random();
  if (entry === undefined) entries.push([pick(random, TOKENS), pick(random, VALUES)]);
  else if (roll < 0.15) entries.splice(at, 1);
  else if (roll < 0.3) entry[0] = pick(random, TOKENS);
  else entry[1] = mutateNode(random, entry[1]);
  return Object.fromEntries(entries);
}

function nested(random: Random, value: unknown): unknown {
  let outer = value;
  for (let depth = below(random, 300); depth > 0; depth--) outer = random() < 0.5 ? [outer] : { a: outer };
  return outer;
}
